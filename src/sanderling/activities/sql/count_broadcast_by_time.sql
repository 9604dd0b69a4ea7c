-- count_broadcast_by_time: people by the time of their first opening and first click.
-- The first only: a mail that is opened every morning would draw a curve of its own.
SELECT date_bin(%(step)s, first_at, TIMESTAMPTZ '2000-01-01'), status, count(*)
  FROM (
    SELECT contact_id, status, min(occurred_at) AS first_at
      FROM activities_activity
     WHERE organisation_id = %(organisation_id)s
       AND broadcast_id = %(broadcast_id)s
       AND status IN ('RECEIVED', 'CLICKED')
     GROUP BY contact_id, status
  ) AS firsts
 GROUP BY 1, 2
 ORDER BY 1, 2;
