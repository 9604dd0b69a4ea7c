-- count_sent: how many messages left in each channel on each day of a period, oldest day first.
-- Days are those of the organisation's own zone; the index by organisation, status and time
-- leads to the facts of the period, and only the months concerned are looked into.
-- A long SMS is paid for by its parts; everything else is one.
SELECT (a.occurred_at AT TIME ZONE %(zone)s)::date AS day,
       a.media_type,
       count(*),
       sum(GREATEST(coalesce(d.parts, 0), 1))::bigint
  FROM activities_activity AS a
  LEFT JOIN sending_delivery AS d
    ON d.contact_id = a.contact_id
   AND d.id = a.delivery_id
 WHERE a.organisation_id = %(organisation_id)s
   AND a.status = 'SENT'
   AND a.occurred_at >= %(first)s
   AND a.occurred_at < %(last)s
 GROUP BY 1, 2
 ORDER BY 1, 2;
