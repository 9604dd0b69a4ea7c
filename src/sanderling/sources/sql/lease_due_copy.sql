-- lease_due_copy: take the copy that is longest due for two minutes.
-- A dead worker's lease runs out; the copy is due still, because only an end moves the date.
-- Each try has a generation of its own, so one that was only slow cannot write into the next.
UPDATE sources_copy
   SET lease = %(lease)s,
       lease_until = now() + interval '2 minutes',
       attempts = attempts + 1,
       progress = 0
 WHERE source_id = (
       SELECT c.source_id
         FROM sources_copy AS c
        WHERE c.due_at <= statement_timestamp()
          AND (c.lease_until IS NULL OR c.lease_until < now())
        ORDER BY c.due_at, c.source_id
        LIMIT 1
          FOR UPDATE SKIP LOCKED
       )
RETURNING source_id, attempts
