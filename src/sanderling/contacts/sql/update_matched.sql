-- update_matched: known people take what was said, and only those for whom it is news are written.
-- An address that differs only in letter case is the same address and stays as it was written.
-- Those written are kept in a table, whose size the planner sees; of a CTE it only believes something.
TRUNCATE contacts_written;

WITH said AS (
    SELECT c.id,
           CASE WHEN s.attaches THEN s.external_id ELSE c.external_id END AS external_id,
           CASE WHEN s.email_key = lower(c.email) THEN c.email
                ELSE COALESCE(s.email, c.email) END AS email,
           CASE WHEN s.email_key IS NULL OR s.email_key = lower(c.email) THEN c.email_status
                WHEN u.reason IN ('HARD_BOUNCE', 'MANUAL') THEN 'BLACKLISTED'
                WHEN u.reason IS NOT NULL THEN 'UNSUBSCRIBED'
                ELSE %(email_status)s END AS email_status,
           COALESCE(s.phone, c.phone) AS phone,
           COALESCE(s.first_name, c.first_name) AS first_name,
           COALESCE(s.last_name, c.last_name) AS last_name,
           COALESCE(s.language, c.language) AS language,
           COALESCE(s.time_zone, c.time_zone) AS time_zone,
           COALESCE(s.country, c.country) AS country,
           COALESCE(s.region, c.region) AS region,
           COALESCE(s.town, c.town) AS town,
           COALESCE(s.address, c.address) AS address,
           COALESCE(s.postcode, c.postcode) AS postcode,
           COALESCE(s.contact_key, c.contact_key) AS contact_key,
           CASE WHEN s.fields IS NULL THEN c.fields
                ELSE jsonb_strip_nulls(c.fields || s.fields) END AS fields
      FROM contacts_staged s
      JOIN contacts_contact c
        ON c.id = s.contact_id
       AND c.organisation_id = %(organisation_id)s
      LEFT JOIN contacts_suppression u
        ON u.organisation_id = %(organisation_id)s
       AND u.channel = 'EMAIL'
       AND u.address = s.email_key
     WHERE s.state = 'MATCHED'
), written AS (
    UPDATE contacts_contact c
       SET external_id = said.external_id,
           email = said.email,
           phone = said.phone,
           email_status = said.email_status,
           first_name = said.first_name,
           last_name = said.last_name,
           language = said.language,
           time_zone = said.time_zone,
           country = said.country,
           region = said.region,
           town = said.town,
           address = said.address,
           postcode = said.postcode,
           contact_key = said.contact_key,
           fields = said.fields,
           deleted_at = NULL,
           updated_at = now(),
           changed = pg_current_xact_id()
      FROM said
     WHERE c.id = said.id
       AND (c.deleted_at IS NOT NULL
            OR (c.external_id, c.email, c.phone, c.first_name, c.last_name, c.language,
                c.time_zone, c.country, c.region, c.town, c.address, c.postcode, c.contact_key,
                c.fields)
               IS DISTINCT FROM
               (said.external_id, said.email, said.phone, said.first_name, said.last_name,
                said.language, said.time_zone, said.country, said.region, said.town, said.address,
                said.postcode, said.contact_key, said.fields))
    RETURNING c.id
)
INSERT INTO contacts_written (id)
SELECT written.id
  FROM written;

UPDATE contacts_staged s
   SET state = CASE
           WHEN s.state = 'NEW' THEN 'ADDED'
           WHEN written.id IS NOT NULL THEN 'UPDATED'
           ELSE 'UNCHANGED'
       END
  FROM contacts_staged t
  LEFT JOIN contacts_written written
    ON written.id = t.contact_id
 WHERE t.line = s.line
   AND s.state IN ('NEW', 'MATCHED');
