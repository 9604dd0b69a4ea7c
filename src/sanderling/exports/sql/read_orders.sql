-- read_orders: the orders of a window; two of the API's words are spelt as the document does.
SELECT o.contact_id AS "contactId",
       NULLIF(o.delivery_address, '') AS "deliveryAddress",
       NULLIF(o.delivery_method, '') AS "deliveryMethod",
       o.discount AS "discount",
       NULLIF(o.email, '') AS "email",
       o.external_order_id AS "externalOrderId",
       NULLIF(o.first_name, '') AS "firstName",
       NULLIF(o.last_name, '') AS "lastName",
       date_trunc('second', o.created_at AT TIME ZONE 'UTC') AS "orderCreatedDate",
       date_trunc('second', o.ordered_at AT TIME ZONE 'UTC') AS "orderDate",
       o.id AS "orderId",
       NULLIF(o.payment_method, '') AS "paymentMethod",
       NULLIF(o.phone, '') AS "phone",
       CASE o.status
           WHEN 'IN_PROGRESS' THEN 'IN PROGRESS'
           WHEN 'CANCELLED' THEN 'CANCELED'
           ELSE o.status
       END AS "status",
       o.total_cost AS "totalCost"
  FROM orders_order AS o
 WHERE o.organisation_id = %(organisation_id)s
   AND o.changed >= %(low)s::xid8
   AND o.changed < %(high)s::xid8
   AND o.contact_id NOT IN (
       SELECT e.contact_id
         FROM contacts_erasure AS e
        WHERE e.organisation_id = %(organisation_id)s
   )
