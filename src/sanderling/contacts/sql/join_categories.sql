-- join_categories: who wants categories is in their lists.
INSERT INTO contacts_listmember (organisation_id, contact_id, list_id)
SELECT g.organisation_id, %(contact_id)s, g.list_id
  FROM contacts_category g
 WHERE g.organisation_id = %(organisation_id)s
   AND g.id = ANY(%(ids)s::bigint[])
   AND g.list_id IS NOT NULL
    ON CONFLICT DO NOTHING;
