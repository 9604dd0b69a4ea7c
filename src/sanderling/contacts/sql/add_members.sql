-- add_members: put contacts into a list; those who are in it already stay as they are.
INSERT INTO contacts_listmember (organisation_id, contact_id, list_id)
SELECT c.organisation_id, c.id, %(list_id)s
  FROM contacts_contact c
 WHERE c.organisation_id = %(organisation_id)s
   AND c.id = ANY(%(contact_ids)s::bigint[])
 ORDER BY c.id
    ON CONFLICT DO NOTHING;
