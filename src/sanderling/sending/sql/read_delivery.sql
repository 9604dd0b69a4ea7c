-- read_delivery: one delivery with its person, in the columns of read_batch, and what it is about.
SELECT d.id, d.contact_id, d.address, d.language AS delivery_language, d.params, d.origin_step,
       d.event_id, d.attempts,
       c.external_id, c.email, c.phone, c.first_name, c.last_name, c.language, c.time_zone,
       c.country, c.region, c.town, c.address AS street, c.postcode, c.contact_key, c.fields,
       c.created_at,
       d.organisation_id, d.content_id, d.origin_kind, d.origin_id, d.handed_at, d.media_type,
       d.status AS delivery_status, d.parts
  FROM sending_delivery d
  JOIN contacts_contact c ON c.id = d.contact_id
 WHERE d.contact_id = %(contact_id)s
   AND d.id = %(delivery_id)s
   AND d.organisation_id = %(organisation_id)s;
