-- write_receipts: what became of a chunk, one UPDATE for all of it.
-- The row is found by the moment it was handed over: a receipt that comes after others took its
-- worker for dead still settles the doubt, and none can settle a later attempt.
UPDATE sending_delivery d
   SET status = CASE WHEN d.status = 'HANDING' AND r.status = 'SENT'
                      AND d.reported IN ('UNDELIVERED', 'EXPIRED', 'UNKNOWN_USER', 'NO_MONEY')
                     THEN 'REFUSED'  -- a report was faster than we
                     ELSE r.status
                END,
       reason = r.reason,
       description = r.description,
       warnings = r.warnings,
       language = r.language,
       attempts = d.attempts + r.attempts,
       parts = r.parts,
       reported = CASE WHEN %(is_final)s AND r.status = 'SENT' AND d.reported = '' THEN 'DELIVERED'
                       ELSE d.reported
                  END,
       gateway_id = %(gateway_id)s,
       due_at = r.due_at,
       finished_at = CASE WHEN r.status IN ('WAITING', 'UNSURE') THEN NULL ELSE now() END
  FROM unnest(
       %(contact_ids)s::bigint[], %(delivery_ids)s::bigint[], %(statuses)s::text[],
       %(reasons)s::text[], %(descriptions)s::text[], %(warnings)s::int[], %(languages)s::text[],
       %(attempts)s::int[], %(due_ats)s::timestamptz[], %(parts)s::smallint[]
       ) AS r (contact_id, id, status, reason, description, warnings, language, attempts, due_at,
               parts)
 WHERE d.contact_id = r.contact_id
   AND d.id = r.id
   AND d.handed_at = %(handed_at)s
   AND d.status IN ('HANDING', 'UNSURE');
