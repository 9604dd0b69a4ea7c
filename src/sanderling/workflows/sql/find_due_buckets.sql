-- find_due_buckets: the buckets with due runs that nobody has leased.
-- The buckets are listed as values: the index (bucket, due_at) is then entered once for each,
-- instead of being read from end to end.
SELECT DISTINCT r.bucket
  FROM workflows_run AS r
 WHERE r.status = 'WAITING'
   AND r.due_at <= now()
   AND r.bucket = ANY(ARRAY(
           SELECT n
             FROM generate_series(0, 63) AS n
            WHERE n NOT IN (
                      SELECT b.id FROM workflows_bucket AS b WHERE b.leased_until > now()
                  )
       ))
