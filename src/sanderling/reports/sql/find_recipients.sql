-- find_recipients: deliveries of a campaign with their person, by keyset, filtered by status.
-- Contacts are joined on the distribution column, so each machine answers for its own people.
SELECT d.id, d.contact_id, d.status, d.reason, d.description, d.address,
       c.first_name, c.last_name
  FROM sending_delivery d
  JOIN contacts_contact c ON c.id = d.contact_id
 WHERE d.organisation_id = %(organisation_id)s
   AND d.origin_kind = 'BROADCAST'
   AND d.origin_id = %(broadcast_id)s
   AND (%(status)s = '' OR d.status = %(status)s)
   AND d.id > %(after)s
 ORDER BY d.id
 LIMIT %(most)s;
