-- find_owners: who is found by each of a list of keys.
SELECT k.kind, k.value, k.contact_id
  FROM contacts_contactkey k
  JOIN unnest(%(kinds)s::text[], %(values)s::text[]) AS wanted (kind, value)
    ON k.kind = wanted.kind
   AND k.value = wanted.value
 WHERE k.organisation_id = %(organisation_id)s;
