-- release_keys: take keys from a contact; inherit_keys then gives them on.
DELETE FROM contacts_contactkey k
 USING unnest(%(kinds)s::text[], %(values)s::text[]) AS gone (kind, value)
 WHERE k.organisation_id = %(organisation_id)s
   AND k.contact_id = %(contact_id)s
   AND k.kind = gone.kind
   AND k.value = gone.value;
