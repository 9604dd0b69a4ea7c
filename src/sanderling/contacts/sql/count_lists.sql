-- count_lists: every list with the number of undeleted contacts in it.
SELECT l.id, l.name, l.created_at, count(c.id) AS members
  FROM contacts_list l
  LEFT JOIN contacts_listmember m
    ON m.list_id = l.id
  LEFT JOIN contacts_contact c
    ON c.id = m.contact_id
   AND c.deleted_at IS NULL
 WHERE l.organisation_id = %(organisation_id)s
 GROUP BY l.id
 ORDER BY l.name;
