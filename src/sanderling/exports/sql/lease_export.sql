-- lease_export: take one export, unless somebody has it whose session lives (lease_due_export).
UPDATE exports_export AS e
   SET lease = %(lease)s,
       lease_until = now() + interval '2 minutes',
       lease_pid = pg_backend_pid(),
       lease_since = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
 WHERE e.id = %(export_id)s
   AND (e.lease_until IS NULL OR e.lease_until < now()
        OR e.lease_pid IS NOT NULL AND NOT EXISTS (
           SELECT FROM pg_stat_activity AS s
            WHERE s.pid = e.lease_pid
              AND coalesce(s.backend_start = e.lease_since, true)))
RETURNING e.id
