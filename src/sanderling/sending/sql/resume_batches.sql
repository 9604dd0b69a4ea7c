-- resume_batches: let held batches go on.
UPDATE sending_batch
   SET status = 'WAITING'
 WHERE organisation_id = %(organisation_id)s
   AND origin_kind = %(origin_kind)s
   AND origin_id = %(origin_id)s
   AND status = 'PAUSED';
