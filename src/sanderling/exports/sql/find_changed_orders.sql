-- find_changed_orders: whose lines a window replaces, also when no line is left.
SELECT o.id AS "orderId"
  FROM orders_order AS o
 WHERE o.organisation_id = %(organisation_id)s
   AND o.changed >= %(low)s::xid8
   AND o.changed < %(high)s::xid8
