-- replace_items: the lines of an order are what its last version says.
-- A line has no identity of its own (the same product may stand on two lines), so lines are
-- written anew; the order's own row carries the change that exports read.
DELETE FROM orders_item
 WHERE organisation_id = %(organisation_id)s
   AND (contact_id, order_id) IN (
       SELECT o.contact_id, o.order_id
         FROM unnest(%(contact_ids)s::bigint[], %(order_ids)s::bigint[])
           AS o (contact_id, order_id)
   );

INSERT INTO orders_item
       (organisation_id, contact_id, order_id, line, external_product_id, name, category,
        description, quantity, cost, url, image_url)
SELECT %(organisation_id)s, i.contact_id, i.order_id, i.line, i.external_product_id, i.name,
       i.category, i.description, i.quantity, i.cost, i.url, i.image_url
  FROM unnest(
       %(item_contact_id)s::bigint[], %(item_order_id)s::bigint[], %(line)s::integer[],
       %(external_product_id)s::text[], %(name)s::text[], %(category)s::text[],
       %(description)s::text[], %(quantity)s::numeric[], %(cost)s::numeric[], %(url)s::text[],
       %(image_url)s::text[]
  ) AS i (contact_id, order_id, line, external_product_id, name, category, description, quantity,
          cost, url, image_url);
