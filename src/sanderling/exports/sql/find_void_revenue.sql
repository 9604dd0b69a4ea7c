-- find_void_revenue: credits of a window that no longer count; left in, they would be summed.
SELECT v.external_order_id AS "externalOrderId",
       v.delivery_id AS "messageInstanceId"
  FROM revenue_revenue AS v
 WHERE v.organisation_id = %(organisation_id)s
   AND v.changed >= %(low)s::xid8
   AND v.changed < %(high)s::xid8
   AND v.is_void
