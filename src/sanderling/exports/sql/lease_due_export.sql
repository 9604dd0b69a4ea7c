-- lease_due_export: take the export that is longest due, for this session and two minutes at a time.
-- A run's bookkeeping goes over the session that claimed it, so the run ends with the session, by
-- kill -9 as by a crash of this server; its export is free at once, and due still, because only an
-- end moves the date.  The two minutes are for a worker that hangs, and for another machine that
-- vanished: their sessions live on for a while.
UPDATE exports_export
   SET lease = %(lease)s,
       lease_until = now() + interval '2 minutes',
       lease_pid = pg_backend_pid(),
       lease_since = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
 WHERE id = (
       SELECT e.id
         FROM exports_export AS e
        WHERE least(e.next_run_at, e.compare_at) <= now()
          AND (NOT e.is_paused OR e.requested_at IS NOT NULL
               OR e.compare_requested_at IS NOT NULL)
          AND (e.lease_until IS NULL OR e.lease_until < now()
               OR e.lease_pid IS NOT NULL AND NOT EXISTS (
                  -- Who may not see when a session began takes it for alive.
                  SELECT FROM pg_stat_activity AS s
                   WHERE s.pid = e.lease_pid
                     AND coalesce(s.backend_start = e.lease_since, true)))
        ORDER BY least(e.next_run_at, e.compare_at), e.id
        LIMIT 1
          FOR UPDATE SKIP LOCKED
       )
RETURNING id
