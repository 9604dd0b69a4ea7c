-- select_owners: which contact an order belongs to already.
SELECT k.external_order_id, k.contact_id
  FROM orders_orderkey AS k
 WHERE k.organisation_id = %(organisation_id)s
   AND k.external_order_id = ANY(%(external_order_ids)s::text[]);
