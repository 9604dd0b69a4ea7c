-- lease_bucket: take a bucket for two minutes, unless somebody has it; its row is made if needed.
INSERT INTO workflows_bucket AS b (id, lease, leased_until)
VALUES (%(bucket)s, %(lease)s, now() + interval '2 minutes')
    ON CONFLICT (id) DO UPDATE
   SET lease = excluded.lease,
       leased_until = excluded.leased_until
 WHERE b.leased_until IS NULL
    OR b.leased_until < now()
RETURNING b.id
