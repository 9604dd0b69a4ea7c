-- join_lists: everybody who was merged joins these lists and leaves those, and their categories.
INSERT INTO contacts_subscription (organisation_id, contact_id, category_id)
SELECT DISTINCT g.organisation_id, s.contact_id, g.id
  FROM contacts_staged s
 CROSS JOIN contacts_category g
 WHERE s.state IN ('ADDED', 'UPDATED', 'UNCHANGED')
   AND g.organisation_id = %(organisation_id)s
   AND g.list_id = ANY(%(join)s::bigint[])
   AND NOT EXISTS (SELECT FROM contacts_listmember m
                    WHERE m.contact_id = s.contact_id AND m.list_id = g.list_id)
    ON CONFLICT DO NOTHING;

DELETE FROM contacts_subscription w
 USING contacts_staged s, contacts_category g
 WHERE w.organisation_id = %(organisation_id)s
   AND w.contact_id = s.contact_id
   AND w.category_id = g.id
   AND g.organisation_id = %(organisation_id)s
   AND g.list_id = ANY(%(leave)s::bigint[])
   AND s.state IN ('ADDED', 'UPDATED', 'UNCHANGED');

INSERT INTO contacts_listmember (organisation_id, contact_id, list_id)
SELECT DISTINCT l.organisation_id, s.contact_id, l.id
  FROM contacts_staged s
 CROSS JOIN contacts_list l
 WHERE s.state IN ('ADDED', 'UPDATED', 'UNCHANGED')
   AND l.organisation_id = %(organisation_id)s
   AND l.id = ANY(%(join)s::bigint[])
    ON CONFLICT DO NOTHING;

DELETE FROM contacts_listmember m
 USING contacts_staged s
 WHERE m.organisation_id = %(organisation_id)s
   AND m.contact_id = s.contact_id
   AND m.list_id = ANY(%(leave)s::bigint[])
   AND s.state IN ('ADDED', 'UPDATED', 'UNCHANGED');
