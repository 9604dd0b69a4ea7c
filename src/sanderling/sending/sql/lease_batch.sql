-- lease_batch: take the next batch for two minutes; say whether its last holder vanished.
-- The lease is on the batch, not on its 3,000 deliveries: one lock instead of 3,000, and a
-- distributed PostgreSQL refuses SKIP LOCKED over distributed rows.
-- Messages that somebody waits for go before broadcasts; organisations take turns by lot
-- (the lease is random), so that one audience of a million does not shut out the others.
UPDATE sending_batch b
   SET status = 'LEASED',
       lease = %(lease)s,
       leased_until = now() + interval '2 minutes',
       attempts = b.attempts + 1
  FROM (
    SELECT id, lease
      FROM sending_batch
     WHERE status IN ('WAITING', 'LEASED')
       AND (lease IS NULL OR leased_until < now())
       AND due_at <= statement_timestamp()
       AND (media_type <> 'Email' OR organisation_id NOT IN (
            SELECT organisation_id FROM sending_gateway
             WHERE channel = 'Email' AND held_until > statement_timestamp()))
     ORDER BY origin_kind = 'BROADCAST',
              hashtextextended(organisation_id::text || %(lease)s::text, 0),
              due_at, id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
  ) AS next
 WHERE b.id = next.id
RETURNING b.id, b.organisation_id, b.content_id, b.origin_kind, b.origin_id, b.attempts,
          b.media_type, b.turn_seconds > 0,
          next.lease IS NOT NULL;
