-- read_batch: what is due in a batch, each with its person, in one query.
SELECT d.id, d.contact_id, d.address, d.language AS delivery_language, d.params, d.origin_step,
       d.event_id, d.attempts,
       c.external_id, c.email, c.phone, c.first_name, c.last_name, c.language, c.time_zone,
       c.country, c.region, c.town, c.address AS street, c.postcode, c.contact_key, c.fields,
       c.created_at
  FROM sending_delivery d
  JOIN contacts_contact c ON c.id = d.contact_id
 WHERE d.batch_id = %(batch_id)s
   AND d.status = 'WAITING'
   AND (d.due_at IS NULL OR d.due_at <= now())
 ORDER BY d.contact_id
 LIMIT %(at_most)s;
