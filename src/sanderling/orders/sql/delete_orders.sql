-- delete_orders: forget orders by their external id or by the time of the order.
-- Lines and keys go with them in the same statement; the caller voids the revenue.
WITH doomed AS (
    SELECT o.contact_id, o.id, o.external_order_id
      FROM orders_order AS o
     WHERE o.organisation_id = %(organisation_id)s
       AND (o.external_order_id = %(external_order_id)s
            OR o.ordered_at BETWEEN %(first)s AND %(last)s)
), lines AS (
    DELETE FROM orders_item
     WHERE organisation_id = %(organisation_id)s
       AND (contact_id, order_id) IN (SELECT contact_id, id FROM doomed)
), keys AS (
    DELETE FROM orders_orderkey
     WHERE organisation_id = %(organisation_id)s
       AND external_order_id IN (SELECT external_order_id FROM doomed)
)
DELETE FROM orders_order
 WHERE organisation_id = %(organisation_id)s
   AND (contact_id, id) IN (SELECT contact_id, id FROM doomed)
RETURNING id;
