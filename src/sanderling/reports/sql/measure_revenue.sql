-- measure_revenue: what messages earned by orders of a period.
SELECT COALESCE(sum(v.total_cost), 0)
  FROM revenue_revenue AS v
 WHERE v.organisation_id = %(organisation_id)s
   AND NOT v.is_void
   AND v.ordered_at >= %(since)s
   AND v.ordered_at < %(until)s
   AND (%(media_type)s = '' OR v.media_type = %(media_type)s)
   AND (%(broadcast_id)s::bigint IS NULL OR v.broadcast_id = %(broadcast_id)s::bigint)
   AND (%(workflow_id)s::bigint IS NULL OR v.workflow_id = %(workflow_id)s::bigint);
