-- lease_import: take the oldest import that waits, or whose worker has fallen silent.
-- SKIP LOCKED passes over an import whose chunk is being written at this moment: its row is
-- locked until the chunk is committed, however long that takes.
UPDATE contacts_import
   SET status = 'RUNNING',
       lease_until = now() + make_interval(secs => %(seconds)s),
       attempts = attempts + 1,
       started_at = COALESCE(started_at, now())
 WHERE id = (
    SELECT id
      FROM contacts_import
     WHERE status = 'QUEUED'
        OR (status = 'RUNNING' AND lease_until < now())
     ORDER BY id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
 )
RETURNING id;
