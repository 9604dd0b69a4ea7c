-- extend_lease: we still live; returns nothing when the batch is no longer ours.
-- A paused batch is still ours until we let go of it.
UPDATE sending_batch
   SET leased_until = now() + interval '2 minutes'
 WHERE id = %(batch_id)s
   AND lease = %(lease)s
RETURNING id;
