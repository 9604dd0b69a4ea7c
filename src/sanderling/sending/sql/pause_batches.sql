-- pause_batches: hold the batches of an origin; a holder keeps its lease until it has let go.
UPDATE sending_batch
   SET status = 'PAUSED'
 WHERE organisation_id = %(organisation_id)s
   AND origin_kind = %(origin_kind)s
   AND origin_id = %(origin_id)s
   AND status IN ('WAITING', 'LEASED');
