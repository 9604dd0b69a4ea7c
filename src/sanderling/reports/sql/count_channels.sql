-- count_channels: what became of the messages of each channel since a moment.
-- The index by organisation, status and time leads to the facts of the period.
SELECT media_type,
       count(*) FILTER (WHERE status = 'SENT'),
       count(*) FILTER (WHERE status = 'DELIVERED'),
       count(*) FILTER (WHERE status = 'UNDELIVERED'),
       count(*) FILTER (WHERE status = 'RECEIVED'),
       count(*) FILTER (WHERE status = 'CLICKED')
  FROM activities_activity
 WHERE organisation_id = %(organisation_id)s
   AND status IN ('SENT', 'DELIVERED', 'UNDELIVERED', 'RECEIVED', 'CLICKED')
   AND occurred_at >= %(since)s
 GROUP BY media_type
 ORDER BY 2 DESC, media_type;
