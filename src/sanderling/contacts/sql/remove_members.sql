-- remove_members: take contacts out of a list.
DELETE FROM contacts_listmember m
 WHERE m.organisation_id = %(organisation_id)s
   AND m.list_id = %(list_id)s
   AND m.contact_id = ANY(%(contact_ids)s::bigint[]);
