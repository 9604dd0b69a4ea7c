-- release_keys: take keys from a contact and give each to the next one who carries the address.
-- The oldest undeleted carrier inherits: an e-mail or phone finds the contact that had it first.
DELETE FROM contacts_contactkey k
 USING unnest(%(kinds)s::text[], %(values)s::text[]) AS gone (kind, value)
 WHERE k.organisation_id = %(organisation_id)s
   AND k.contact_id = %(contact_id)s
   AND k.kind = gone.kind
   AND k.value = gone.value;

INSERT INTO contacts_contactkey (organisation_id, kind, value, contact_id)
SELECT %(organisation_id)s, gone.kind, gone.value, min(c.id)
  FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS gone (kind, value)
  JOIN contacts_contact c
    ON c.organisation_id = %(organisation_id)s
   AND c.id <> %(contact_id)s
   AND c.deleted_at IS NULL
   AND ((gone.kind = 'EMAIL' AND lower(c.email) = gone.value)
        OR (gone.kind = 'PHONE' AND c.phone = gone.value))
 GROUP BY gone.kind, gone.value
 ORDER BY gone.kind, gone.value
    ON CONFLICT DO NOTHING;
