-- count_members: how many undeleted contacts are in a list.
SELECT count(*)
  FROM contacts_listmember m
  JOIN contacts_contact c
    ON c.id = m.contact_id
   AND c.deleted_at IS NULL
 WHERE m.organisation_id = %(organisation_id)s
   AND m.list_id = %(list_id)s;
