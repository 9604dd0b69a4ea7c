-- join_lists: everybody who was merged joins these lists and leaves those.
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
