-- claim_staged: claim the keys of new people, and those that known people are about to get.
-- Always in the order of the primary key, so that two who claim wait in one direction only; of
-- two rows with one key the earlier line gets it.  Returned are the losers: rows that did not get a
-- key that they need to be a person of their own (it was free when we looked).  The first waiting
-- line wins all of its keys, so every round ends with fewer rows.
CREATE TEMPORARY TABLE contacts_claimed ON COMMIT DROP AS
SELECT s.line, s.contact_id, s.state, key.kind, key.value,
       key.kind = ANY(s.free_kinds)
           AND (key.kind = 'EXTERNAL_ID' OR (s.state = 'NEW' AND key.kind = ANY(%(kinds)s)))
           AS is_needed
  FROM contacts_staged s
 CROSS JOIN LATERAL (
    VALUES ('EXTERNAL_ID', s.external_id), ('EMAIL', s.email_key), ('PHONE', s.phone),
           ('TOKEN', s.token)
 ) AS key (kind, value)
 WHERE (s.state = 'NEW'
        OR (s.state = 'MATCHED' AND s.renews AND (s.attaches OR key.kind <> 'EXTERNAL_ID')))
   AND key.value <> '';

WITH got AS (
    INSERT INTO contacts_contactkey (organisation_id, kind, value, contact_id)
    SELECT %(organisation_id)s, claimed.kind, claimed.value, claimed.contact_id
      FROM contacts_claimed claimed
     ORDER BY claimed.kind, claimed.value, claimed.line
        ON CONFLICT DO NOTHING
    RETURNING kind, value, contact_id
)
SELECT DISTINCT claimed.line
  FROM contacts_claimed claimed
  LEFT JOIN got
    ON got.kind = claimed.kind
   AND got.value = claimed.value
   AND got.contact_id = claimed.contact_id
 WHERE claimed.is_needed
   AND got.contact_id IS NULL;
