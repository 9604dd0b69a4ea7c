-- settle_unsure: a person decided about deliveries in doubt: sent, or once more in a new batch.
UPDATE sending_delivery
   SET status = %(status)s,
       batch_id = coalesce(%(batch_id)s::bigint, batch_id),
       due_at = NULL,
       handed_at = CASE WHEN %(status)s = 'WAITING' THEN NULL ELSE handed_at END,
       finished_at = CASE WHEN %(status)s = 'WAITING' THEN NULL ELSE now() END,
       description = %(note)s
 WHERE organisation_id = %(organisation_id)s
   AND origin_kind = %(origin_kind)s
   AND origin_id = %(origin_id)s
   AND content_id = %(content_id)s
   AND status = 'UNSURE'
   AND (%(delivery_ids)s::bigint[] IS NULL OR id = ANY(%(delivery_ids)s::bigint[]))
RETURNING id, contact_id, origin_step, event_id, language, handed_at;
