-- release_batch: let go of a batch: done when nothing in it waits, else due when the first does.
-- Paused and cancelled ones keep their status; the holder's name goes in any case.
UPDATE sending_batch b
   SET status = CASE WHEN b.status <> 'LEASED' THEN b.status
                     WHEN rest.waiting = 0 THEN 'DONE'
                     ELSE 'WAITING'
                END,
       due_at = GREATEST(coalesce(rest.due_at, b.due_at), %(not_before)s::timestamptz),
       attempts = CASE WHEN %(note)s = '' THEN 0 ELSE b.attempts END,
       note = %(note)s,
       lease = NULL,
       leased_until = NULL
  FROM (
    SELECT count(*) AS waiting, min(coalesce(due_at, created_at)) AS due_at
      FROM sending_delivery
     WHERE batch_id = %(batch_id)s
       AND status = 'WAITING'
  ) AS rest
 WHERE b.id = %(batch_id)s
   AND b.lease = %(lease)s
RETURNING b.status;
