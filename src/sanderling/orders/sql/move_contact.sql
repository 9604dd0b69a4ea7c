-- move_contact: the orders of a contact become those of another one.
-- New rows and no update: the contact of a row is what a distributed table is spread by.
INSERT INTO orders_order
       (id, organisation_id, contact_id, external_order_id, status, ordered_at, created_at,
       total_cost, discount, shipping, currency, email, phone, first_name, last_name,
       delivery_method, delivery_address, payment_method, details)
SELECT o.id, o.organisation_id, %(contact_id)s, o.external_order_id, o.status,
       o.ordered_at, o.created_at, o.total_cost, o.discount, o.shipping, o.currency,
       o.email, o.phone, o.first_name, o.last_name, o.delivery_method, o.delivery_address,
       o.payment_method, o.details
  FROM orders_order AS o
 WHERE o.contact_id = %(former_id)s
   AND o.organisation_id = %(organisation_id)s;

DELETE FROM orders_order AS o
 WHERE o.contact_id = %(former_id)s
   AND o.organisation_id = %(organisation_id)s;

INSERT INTO orders_item
       (organisation_id, contact_id, order_id, line, external_product_id, name, category,
       description, quantity, cost, url, image_url)
SELECT i.organisation_id, %(contact_id)s, i.order_id, i.line, i.external_product_id,
       i.name, i.category, i.description, i.quantity, i.cost, i.url, i.image_url
  FROM orders_item AS i
 WHERE i.contact_id = %(former_id)s
   AND i.organisation_id = %(organisation_id)s;

DELETE FROM orders_item AS i
 WHERE i.contact_id = %(former_id)s
   AND i.organisation_id = %(organisation_id)s;

UPDATE orders_orderkey
   SET contact_id = %(contact_id)s
 WHERE contact_id = %(former_id)s
   AND organisation_id = %(organisation_id)s;
