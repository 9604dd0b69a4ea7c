-- delete_stalled_wake_ups: forget the wake-ups that a killed worker had taken.
-- They need no second try: the ledgers know what is due and the clock wakes the loops anyway.
-- procrastinate prunes workers without a heartbeat by itself; their jobs stay behind as `doing`.
DELETE FROM procrastinate_jobs
 WHERE status = 'doing'
   AND (worker_id IS NULL
        OR worker_id IN (
            SELECT id
              FROM procrastinate_workers
             WHERE last_heartbeat < now() - interval '1 minute'))
