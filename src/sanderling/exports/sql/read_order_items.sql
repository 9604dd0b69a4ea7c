-- read_order_items: the lines of the orders of a window; the order's row carries the change.
SELECT i.cost AS "cost",
       NULLIF(i.description, '') AS "description",
       i.external_product_id AS "externalProductId",
       NULLIF(i.image_url, '') AS "imageUrl",
       NULLIF(i.name, '') AS "name",
       date_trunc('second', o.ordered_at AT TIME ZONE 'UTC') AS "orderDate",
       o.id AS "orderId",
       round(i.quantity) AS "quantity",
       NULLIF(i.url, '') AS "url"
  FROM orders_order AS o
  JOIN orders_item AS i
    ON i.contact_id = o.contact_id
   AND i.order_id = o.id
 WHERE o.organisation_id = %(organisation_id)s
   AND o.changed >= %(low)s::xid8
   AND o.changed < %(high)s::xid8
   AND o.contact_id NOT IN (
       SELECT e.contact_id
         FROM contacts_erasure AS e
        WHERE e.organisation_id = %(organisation_id)s
   )
