-- renew_staged_keys: keys follow the addresses that have changed.
-- Return those that name their contact no more, for inherit_keys to pass on.  Compared with the
-- contact and not with the row: an earlier round may have said something else about it.
DELETE FROM contacts_contactkey k
 USING contacts_staged s
  JOIN contacts_contact c
    ON c.id = s.contact_id
 WHERE s.renews
   AND s.state = 'UPDATED'
   AND k.organisation_id = %(organisation_id)s
   AND k.contact_id = s.contact_id
   AND ((k.kind = 'EMAIL' AND k.value <> lower(c.email))
        OR (k.kind = 'PHONE' AND k.value <> c.phone)
        OR (k.kind = 'EXTERNAL_ID' AND k.value <> c.external_id))
RETURNING k.kind, k.value, k.contact_id;
