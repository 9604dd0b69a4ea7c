-- count_callouts: of some campaigns, how many messages left, arrived, and failed.
-- "Sent" are those that a gateway took, whatever it said of them later.
SELECT d.origin_id,
       count(*) FILTER (WHERE d.handed_at IS NOT NULL AND d.status IN ('SENT', 'REFUSED', 'UNSURE')),
       count(*) FILTER (WHERE d.reported IN ('DELIVERED', 'READ', 'CLICKED')),
       count(*) FILTER (WHERE d.status IN ('REFUSED', 'FAILED'))
  FROM sending_delivery d
 WHERE d.organisation_id = %(organisation_id)s
   AND d.origin_kind = 'BROADCAST'
   AND d.origin_id = ANY (%(broadcast_ids)s::bigint[])
 GROUP BY d.origin_id;
