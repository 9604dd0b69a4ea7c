-- fold_same: make one row of those that speak of the same person by the same words.
-- The last line that says anything about a column wins, as if the rows had come one by one;
-- the last row stays, the others point at it.  Rows already found (MATCHED) are the same when
-- they found the same contact; one that brings an external ID decides for itself, later.
WITH signed AS (
    SELECT s.line,
           CASE
               WHEN s.state = 'MATCHED' AND NOT s.attaches THEN 'c' || s.contact_id
               WHEN s.state <> 'WAITING' THEN NULL
               WHEN s.external_id IS NOT NULL THEN 'x' || s.external_id
               WHEN %(match)s = 'ID' THEN 'i' || s.contact_id
               WHEN %(match)s = 'FIELD' THEN 'f' || s.field_key
               WHEN s.email_key <> '' AND 'EMAIL' = ANY(%(kinds)s) THEN 'e' || s.email_key
               WHEN s.phone <> '' AND 'PHONE' = ANY(%(kinds)s) THEN 'p' || s.phone
               WHEN s.token <> '' AND 'TOKEN' = ANY(%(kinds)s) THEN 't' || s.token
           END AS signature
      FROM contacts_staged s
     WHERE s.state IN ('WAITING', 'MATCHED')
), doubled AS (
    SELECT signed.line,
           max(signed.line) OVER (PARTITION BY signed.signature) AS last_line
      FROM signed
      JOIN (SELECT signature FROM signed WHERE signature IS NOT NULL
             GROUP BY signature HAVING count(*) > 1) AS several USING (signature)
), folded AS (
    SELECT d.last_line,
           (array_agg(s.external_id ORDER BY s.line DESC) FILTER (WHERE s.external_id IS NOT NULL))[1] AS external_id,
           (array_agg(s.email ORDER BY s.line DESC) FILTER (WHERE s.email IS NOT NULL))[1] AS email,
           (array_agg(s.email_key ORDER BY s.line DESC) FILTER (WHERE s.email_key IS NOT NULL))[1] AS email_key,
           (array_agg(s.phone ORDER BY s.line DESC) FILTER (WHERE s.phone IS NOT NULL))[1] AS phone,
           (array_agg(s.token ORDER BY s.line DESC) FILTER (WHERE s.token IS NOT NULL))[1] AS token,
           (array_agg(s.first_name ORDER BY s.line DESC) FILTER (WHERE s.first_name IS NOT NULL))[1] AS first_name,
           (array_agg(s.last_name ORDER BY s.line DESC) FILTER (WHERE s.last_name IS NOT NULL))[1] AS last_name,
           (array_agg(s.language ORDER BY s.line DESC) FILTER (WHERE s.language IS NOT NULL))[1] AS language,
           (array_agg(s.time_zone ORDER BY s.line DESC) FILTER (WHERE s.time_zone IS NOT NULL))[1] AS time_zone,
           (array_agg(s.country ORDER BY s.line DESC) FILTER (WHERE s.country IS NOT NULL))[1] AS country,
           (array_agg(s.region ORDER BY s.line DESC) FILTER (WHERE s.region IS NOT NULL))[1] AS region,
           (array_agg(s.town ORDER BY s.line DESC) FILTER (WHERE s.town IS NOT NULL))[1] AS town,
           (array_agg(s.address ORDER BY s.line DESC) FILTER (WHERE s.address IS NOT NULL))[1] AS address,
           (array_agg(s.postcode ORDER BY s.line DESC) FILTER (WHERE s.postcode IS NOT NULL))[1] AS postcode,
           (array_agg(s.contact_key ORDER BY s.line DESC) FILTER (WHERE s.contact_key IS NOT NULL))[1] AS contact_key,
           (SELECT jsonb_object_agg(own.key, own.value ORDER BY f.line)
              FROM contacts_staged f
              JOIN doubled fd ON fd.line = f.line AND fd.last_line = d.last_line
             CROSS JOIN LATERAL jsonb_each(f.fields) AS own) AS fields,
           bool_or(s.renews) AS renews
      FROM doubled d
      JOIN contacts_staged s ON s.line = d.line
     GROUP BY d.last_line
)
UPDATE contacts_staged s
   SET external_id = folded.external_id,
       email = folded.email,
       email_key = folded.email_key,
       phone = folded.phone,
       token = folded.token,
       first_name = folded.first_name,
       last_name = folded.last_name,
       language = folded.language,
       time_zone = folded.time_zone,
       country = folded.country,
       region = folded.region,
       town = folded.town,
       address = folded.address,
       postcode = folded.postcode,
       contact_key = folded.contact_key,
       fields = folded.fields,
       renews = folded.renews,
       state = CASE WHEN s.line = d.last_line THEN s.state ELSE 'FOLDED' END,
       folded_into = CASE WHEN s.line = d.last_line THEN NULL ELSE d.last_line END
  FROM doubled d
  JOIN folded USING (last_line)
 WHERE s.line = d.line;
