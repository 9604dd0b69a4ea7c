-- claim_keys: give a contact the keys that nobody has; return the ones that are its own.
-- The INSERT waits for whoever is claiming the same key at this moment; the SELECT after it is a
-- statement of its own, so it sees what that other one has committed.
INSERT INTO contacts_contactkey (organisation_id, kind, value, contact_id)
SELECT %(organisation_id)s, wanted.kind, wanted.value, %(contact_id)s
  FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS wanted (kind, value)
 ORDER BY wanted.kind, wanted.value
    ON CONFLICT DO NOTHING;

SELECT k.kind, k.value
  FROM contacts_contactkey k
  JOIN unnest(%(kinds)s::text[], %(values)s::text[]) AS wanted (kind, value)
    ON k.kind = wanted.kind
   AND k.value = wanted.value
 WHERE k.organisation_id = %(organisation_id)s
   AND k.contact_id = %(contact_id)s;
