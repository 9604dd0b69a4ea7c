-- find_erased_contacts: who was erased in a window; whatever has their id must go.
SELECT e.contact_id AS "contactId"
  FROM contacts_erasure AS e
 WHERE e.organisation_id = %(organisation_id)s
   AND e.changed >= %(low)s::xid8
   AND e.changed < %(high)s::xid8
