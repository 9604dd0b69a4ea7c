-- measure_messages: messages of a period by what happened to them; each counts once.
-- Openings and clicks of the period count whenever their message was sent: on a day on which
-- nothing leaves they are the only life there is.
SELECT count(DISTINCT a.delivery_id) FILTER (WHERE a.status IN ('DELIVERED', 'UNDELIVERED')),
       count(DISTINCT a.delivery_id) FILTER (WHERE a.status = 'DELIVERED'),
       count(DISTINCT a.delivery_id) FILTER (WHERE a.status = 'RECEIVED'),
       count(DISTINCT a.delivery_id) FILTER (WHERE a.status = 'CLICKED'),
       count(DISTINCT a.delivery_id) FILTER (WHERE a.status = 'UNSUBSCRIBED'),
       count(DISTINCT a.delivery_id) FILTER (WHERE a.status = 'SPAM')
  FROM activities_activity AS a
 WHERE a.organisation_id = %(organisation_id)s
   AND a.status IN ('DELIVERED', 'UNDELIVERED', 'RECEIVED', 'CLICKED', 'UNSUBSCRIBED', 'SPAM')
   AND a.occurred_at >= %(since)s
   AND a.occurred_at < %(until)s
   AND (%(media_type)s = '' OR a.media_type = %(media_type)s)
   AND (%(broadcast_id)s::bigint IS NULL OR a.broadcast_id = %(broadcast_id)s::bigint)
   AND (%(workflow_id)s::bigint IS NULL OR a.workflow_id = %(workflow_id)s::bigint);
