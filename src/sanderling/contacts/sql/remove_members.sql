-- remove_members: take contacts out of a list, and out of its category.
DELETE FROM contacts_subscription s
 USING contacts_category g
 WHERE g.organisation_id = %(organisation_id)s
   AND g.list_id = %(list_id)s
   AND s.category_id = g.id
   AND s.organisation_id = %(organisation_id)s
   AND s.contact_id = ANY(%(contact_ids)s::bigint[]);

DELETE FROM contacts_listmember m
 WHERE m.organisation_id = %(organisation_id)s
   AND m.list_id = %(list_id)s
   AND m.contact_id = ANY(%(contact_ids)s::bigint[]);
