-- drop_dead_leases: batches that nobody will lease again and whose holder vanished.
-- Those that wait or are leased are seen to by the next lease itself.
UPDATE sending_batch
   SET lease = NULL,
       leased_until = NULL
 WHERE lease IS NOT NULL
   AND leased_until < now()
   AND status NOT IN ('WAITING', 'LEASED')
RETURNING id;
