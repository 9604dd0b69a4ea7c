-- fail_deliveries: these cannot be sent at all; they were never handed over.
UPDATE sending_delivery d
   SET status = f.status,
       reason = f.reason,
       description = f.description,
       finished_at = now()
  FROM unnest(
       %(contact_ids)s::bigint[], %(delivery_ids)s::bigint[], %(statuses)s::text[],
       %(reasons)s::text[], %(descriptions)s::text[]
       ) AS f (contact_id, id, status, reason, description)
 WHERE d.contact_id = f.contact_id
   AND d.id = f.id
   AND d.status = 'WAITING'
   AND EXISTS (SELECT FROM sending_batch
                WHERE id = %(batch_id)s AND lease = %(lease)s AND status = 'LEASED');
