-- upsert_orders: claim the external ids, then write the orders under the ids they have.
-- orders_orderkey decides which order an external id names, across contacts and across
-- concurrent calls; an order stays with the contact that it was first taken for.
-- Rows are taken in the order of their external id, so two calls cannot block each other crosswise.
INSERT INTO orders_orderkey (organisation_id, external_order_id, order_id, contact_id)
SELECT %(organisation_id)s, o.external_order_id, nextval('orders_order_id_seq'), o.contact_id
  FROM (
       SELECT n.external_order_id, n.contact_id
         FROM unnest(%(external_order_id)s::text[], %(contact_id)s::bigint[])
           AS n (external_order_id, contact_id)
        ORDER BY n.external_order_id
  ) AS o
    ON CONFLICT (organisation_id, external_order_id) DO NOTHING;

INSERT INTO orders_order AS existing
       (contact_id, id, organisation_id, external_order_id, status, ordered_at, total_cost,
        discount, shipping, currency, email, phone, first_name, last_name, delivery_method,
        delivery_address, payment_method, details)
SELECT k.contact_id, k.order_id, %(organisation_id)s, n.external_order_id, n.status,
       n.ordered_at, n.total_cost, n.discount, n.shipping, n.currency, n.email, n.phone,
       n.first_name, n.last_name, n.delivery_method, n.delivery_address, n.payment_method,
       n.details::jsonb
  FROM unnest(
       %(external_order_id)s::text[], %(status)s::text[], %(ordered_at)s::timestamptz[],
       %(total_cost)s::numeric[], %(discount)s::numeric[], %(shipping)s::numeric[],
       %(currency)s::text[], %(email)s::text[], %(phone)s::text[], %(first_name)s::text[],
       %(last_name)s::text[], %(delivery_method)s::text[], %(delivery_address)s::text[],
       %(payment_method)s::text[], %(details)s::text[]
  ) AS n (external_order_id, status, ordered_at, total_cost, discount, shipping, currency, email,
          phone, first_name, last_name, delivery_method, delivery_address, payment_method, details)
  JOIN orders_orderkey AS k
    ON k.organisation_id = %(organisation_id)s
   AND k.external_order_id = n.external_order_id
 ORDER BY n.external_order_id
    ON CONFLICT (contact_id, id) DO UPDATE
   SET status = EXCLUDED.status,
       ordered_at = EXCLUDED.ordered_at,
       total_cost = EXCLUDED.total_cost,
       discount = EXCLUDED.discount,
       shipping = EXCLUDED.shipping,
       currency = EXCLUDED.currency,
       email = EXCLUDED.email,
       phone = EXCLUDED.phone,
       first_name = EXCLUDED.first_name,
       last_name = EXCLUDED.last_name,
       delivery_method = EXCLUDED.delivery_method,
       delivery_address = EXCLUDED.delivery_address,
       payment_method = EXCLUDED.payment_method,
       details = EXCLUDED.details,
       changed = pg_current_xact_id()
RETURNING existing.external_order_id, existing.id, existing.contact_id;
