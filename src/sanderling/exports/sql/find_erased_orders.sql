-- find_erased_orders: the orders of people who were erased in a window.
SELECT o.id AS "orderId"
  FROM contacts_erasure AS e
  JOIN orders_order AS o
    ON o.contact_id = e.contact_id
   AND o.organisation_id = e.organisation_id
 WHERE e.organisation_id = %(organisation_id)s
   AND e.changed >= %(low)s::xid8
   AND e.changed < %(high)s::xid8
