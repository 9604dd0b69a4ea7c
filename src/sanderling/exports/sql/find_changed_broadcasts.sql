-- find_changed_broadcasts: whose rows a window replaces; their segments may have become fewer.
SELECT b.id AS "id"
  FROM broadcasts_broadcast AS b
 WHERE b.organisation_id = %(organisation_id)s
   AND b.changed >= %(low)s::xid8
   AND b.changed < %(high)s::xid8
