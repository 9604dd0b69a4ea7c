-- select_orders_since: a page of the orders whose revenue a changed rule may change.
-- Keyset by id: the rows before the page are never read again.
SELECT o.id
  FROM orders_order AS o
 WHERE o.organisation_id = %(organisation_id)s
   AND o.ordered_at >= %(since)s
   AND o.id > %(after)s
 ORDER BY o.id
 LIMIT %(most)s;
