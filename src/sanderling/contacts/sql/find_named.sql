-- find_named: the contact that each of a list of events names, in their order.
-- Priority: contact id, external ID, e-mail, phone, token, contact key (reference §4.8).  Each kind
-- is one index look-up per event; a key is looked up first, and only then the contact it names.
WITH wanted AS (
    SELECT *
      FROM unnest(
               %(contact_ids)s::bigint[], %(external_ids)s::text[], %(emails)s::text[],
               %(phones)s::text[], %(tokens)s::text[], %(contact_keys)s::text[]
           ) WITH ORDINALITY AS w (contact_id, external_id, email, phone, token, contact_key, number)
)
SELECT COALESCE(
           (SELECT c.id FROM contacts_contact c
             WHERE c.id = wanted.contact_id AND c.organisation_id = %(organisation_id)s),
           (SELECT k.contact_id FROM contacts_contactkey k
             WHERE k.organisation_id = %(organisation_id)s
               AND k.kind = 'EXTERNAL_ID' AND k.value = NULLIF(wanted.external_id, '')),
           (SELECT k.contact_id FROM contacts_contactkey k
             WHERE k.organisation_id = %(organisation_id)s
               AND k.kind = 'EMAIL' AND k.value = NULLIF(wanted.email, '')),
           (SELECT k.contact_id FROM contacts_contactkey k
             WHERE k.organisation_id = %(organisation_id)s
               AND k.kind = 'PHONE' AND k.value = NULLIF(wanted.phone, '')),
           (SELECT k.contact_id FROM contacts_contactkey k
             WHERE k.organisation_id = %(organisation_id)s
               AND k.kind = 'TOKEN' AND k.value = NULLIF(wanted.token, '')),
           (SELECT min(c.id) FROM contacts_contact c
             WHERE c.organisation_id = %(organisation_id)s
               AND c.contact_key = NULLIF(wanted.contact_key, '') AND c.contact_key <> '')
       ) AS contact_id
  FROM wanted
 ORDER BY wanted.number;
