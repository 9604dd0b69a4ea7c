-- sum_revenue: orders and turnover that one campaign earned.
SELECT count(DISTINCT order_id), coalesce(sum(total_cost), 0)
  FROM revenue_revenue
 WHERE organisation_id = %(organisation_id)s
   AND broadcast_id = %(broadcast_id)s
   AND NOT is_void;
