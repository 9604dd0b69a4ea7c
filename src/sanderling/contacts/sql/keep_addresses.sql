-- keep_addresses: known people keep the addresses that were not to be updated (api.md, contactFields).
-- Only what differs from the contact's own is forgotten: a row that must wait for another round is
-- found again by the address that it was found by.
WITH other AS (
    SELECT s.line,
           COALESCE('email' = ANY(%(keeps)s::text[]) AND s.email_key <> lower(c.email), false)
               AS has_email,
           COALESCE('phone' = ANY(%(keeps)s::text[]) AND s.phone <> c.phone, false) AS has_phone
      FROM contacts_staged s
      JOIN contacts_contact c
        ON c.id = s.contact_id
     WHERE s.state = 'MATCHED'
)
UPDATE contacts_staged s
   SET email = CASE WHEN other.has_email THEN NULL ELSE s.email END,
       email_key = CASE WHEN other.has_email THEN NULL ELSE s.email_key END,
       phone = CASE WHEN other.has_phone THEN NULL ELSE s.phone END
  FROM other
 WHERE other.line = s.line
   AND (other.has_email OR other.has_phone);
