-- find_deleted_contacts: who was deleted in a window; whoever is restored changes again.
SELECT c.id AS "contactId"
  FROM contacts_contact AS c
 WHERE c.organisation_id = %(organisation_id)s
   AND c.changed >= %(low)s::xid8
   AND c.changed < %(high)s::xid8
   AND c.deleted_at IS NOT NULL
