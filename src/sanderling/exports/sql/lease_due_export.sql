-- lease_due_export: take the export that is longest due for two minutes.
-- A dead worker's lease runs out; its export is due still, because only an end moves the date.
UPDATE exports_export
   SET lease = %(lease)s,
       lease_until = now() + interval '2 minutes'
 WHERE id = (
       SELECT e.id
         FROM exports_export AS e
        WHERE least(e.next_run_at, e.compare_at) <= now()
          AND (NOT e.is_paused OR e.requested_at IS NOT NULL
               OR e.compare_requested_at IS NOT NULL)
          AND (e.lease_until IS NULL OR e.lease_until < now())
        ORDER BY least(e.next_run_at, e.compare_at), e.id
        LIMIT 1
          FOR UPDATE SKIP LOCKED
       )
RETURNING id
