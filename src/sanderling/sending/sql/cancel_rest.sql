-- cancel_rest: what came back as "later" to a batch that was stopped meanwhile.
UPDATE sending_delivery
   SET status = 'CANCELLED', finished_at = now()
 WHERE batch_id = %(batch_id)s
   AND status = 'WAITING';
