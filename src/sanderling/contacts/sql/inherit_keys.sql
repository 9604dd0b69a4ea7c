-- inherit_keys: give each released key to the oldest undeleted contact that carries the address:
-- an e-mail or phone finds the contact that had it first.
INSERT INTO contacts_contactkey (organisation_id, kind, value, contact_id)
SELECT %(organisation_id)s, gone.kind, gone.value, min(c.id)
  FROM unnest(%(kinds)s::text[], %(values)s::text[], %(former)s::bigint[])
       AS gone (kind, value, contact_id)
  JOIN contacts_contact c
    ON c.organisation_id = %(organisation_id)s
   AND c.id <> gone.contact_id
   AND c.deleted_at IS NULL
   AND ((gone.kind = 'EMAIL' AND lower(c.email) = gone.value)
        OR (gone.kind = 'PHONE' AND c.phone = gone.value))
 GROUP BY gone.kind, gone.value
 ORDER BY gone.kind, gone.value
    ON CONFLICT DO NOTHING;
