-- cancel_deliveries: take back what has not left.
UPDATE sending_delivery
   SET status = 'CANCELLED', finished_at = now()
 WHERE organisation_id = %(organisation_id)s
   AND origin_kind = %(origin_kind)s
   AND origin_id = %(origin_id)s
   AND status = 'WAITING';
