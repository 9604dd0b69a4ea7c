-- cancel_batches: nobody may lease these any more.
UPDATE sending_batch
   SET status = 'CANCELLED'
 WHERE organisation_id = %(organisation_id)s
   AND origin_kind = %(origin_kind)s
   AND origin_id = %(origin_id)s
   AND status IN ('WAITING', 'LEASED', 'PAUSED');
