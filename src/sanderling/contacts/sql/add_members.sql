-- add_members: put contacts into a list; those who are in it already stay as they are.
-- Who joins a category's list wants the category.
INSERT INTO contacts_subscription (organisation_id, contact_id, category_id)
SELECT c.organisation_id, c.id, g.id
  FROM contacts_category g
  JOIN contacts_contact c
    ON c.organisation_id = g.organisation_id
   AND c.id = ANY(%(contact_ids)s::bigint[])
 WHERE g.organisation_id = %(organisation_id)s
   AND g.list_id = %(list_id)s
   AND NOT EXISTS (SELECT FROM contacts_listmember m
                    WHERE m.contact_id = c.id AND m.list_id = g.list_id)
 ORDER BY c.id
    ON CONFLICT DO NOTHING;

INSERT INTO contacts_listmember (organisation_id, contact_id, list_id)
SELECT c.organisation_id, c.id, %(list_id)s
  FROM contacts_contact c
 WHERE c.organisation_id = %(organisation_id)s
   AND c.id = ANY(%(contact_ids)s::bigint[])
 ORDER BY c.id
    ON CONFLICT DO NOTHING;
