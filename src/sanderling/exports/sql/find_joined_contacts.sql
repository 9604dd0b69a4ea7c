-- find_joined_contacts: who became a part of somebody else, or whose facts moved, in a window.
-- Facts that moved are new rows, so those under the former number must go: they have no key.
SELECT j.former_id AS "contactId"
  FROM contacts_joining AS j
 WHERE j.organisation_id = %(organisation_id)s
   AND j.changed >= %(low)s::xid8
   AND j.changed < %(high)s::xid8
