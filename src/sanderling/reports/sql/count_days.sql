-- count_days: messages that left, were opened and clicked, a row a day of the organisation's zone.
-- Totals come from the facts of a bounded period, so that the index on the day is used.
SELECT (occurred_at AT TIME ZONE %(zone)s)::date AS day, status, count(DISTINCT delivery_id)
  FROM activities_activity
 WHERE organisation_id = %(organisation_id)s
   AND status IN ('DELIVERED', 'RECEIVED', 'CLICKED')
   AND occurred_at >= %(since)s
 GROUP BY day, status
 ORDER BY day, status;
