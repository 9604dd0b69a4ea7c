-- claim_staged: claim the keys of new people, and those that known people are about to get.
-- Always in the order of the primary key, so that two who claim wait in one direction only; of
-- two rows with one key the earlier line gets it.  Whoever did not get a key that it needs to be
-- a person of its own (it was free when we looked) gives back the others and looks again: the
-- first waiting line wins all of its keys, so every round ends with fewer rows.
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

INSERT INTO contacts_contactkey (organisation_id, kind, value, contact_id)
SELECT %(organisation_id)s, claimed.kind, claimed.value, claimed.contact_id
  FROM contacts_claimed claimed
 ORDER BY claimed.kind, claimed.value, claimed.line
    ON CONFLICT DO NOTHING;
