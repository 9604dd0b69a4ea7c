-- leave_categories: who wants them no more is in their lists no more.
DELETE FROM contacts_listmember m
 USING contacts_category g
 WHERE m.organisation_id = %(organisation_id)s
   AND m.contact_id = %(contact_id)s
   AND m.list_id = g.list_id
   AND g.organisation_id = %(organisation_id)s
   AND g.id = ANY(%(ids)s::bigint[]);
