-- hold_bucket: keep a bucket to ourselves till the end of the transaction; nothing where it is leased.
INSERT INTO workflows_bucket AS b (id)
VALUES (%(bucket)s)
    ON CONFLICT (id) DO UPDATE
   SET lease = NULL
 WHERE b.leased_until IS NULL
    OR b.leased_until < now()
RETURNING b.id
