-- read_people: contacts as templates see them, in the columns of sending's read_batch.
SELECT c.id AS contact_id, c.external_id, c.email, c.phone, c.first_name, c.last_name, c.language,
       c.time_zone, c.country, c.region, c.town, c.address AS street, c.postcode, c.contact_key,
       c.fields, c.created_at
  FROM contacts_contact c
 WHERE c.organisation_id = %(organisation_id)s
   AND c.id = ANY(%(contact_ids)s)
   AND c.deleted_at IS NULL
 ORDER BY c.id;
