-- give_back_keys: rows that lost a key they need give back the others, and wait for the next round.
DELETE FROM contacts_contactkey k
 USING contacts_claimed claimed
  LEFT JOIN contacts_contact c
    ON c.id = claimed.contact_id
 WHERE claimed.line = ANY(%(lines)s::bigint[])
   AND k.organisation_id = %(organisation_id)s
   AND k.kind = claimed.kind
   AND k.value = claimed.value
   AND k.contact_id = claimed.contact_id
   AND (c.id IS NULL
        OR (k.kind = 'EMAIL' AND k.value <> lower(c.email))
        OR (k.kind = 'PHONE' AND k.value <> c.phone)
        OR k.kind = 'TOKEN');

UPDATE contacts_staged s
   SET state = 'WAITING',
       contact_id = CASE WHEN %(match)s = 'ID' THEN s.contact_id END
 WHERE s.line = ANY(%(lines)s::bigint[]);
