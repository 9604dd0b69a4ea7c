-- count_origin: the deliveries of an origin by status and reason, and their warnings.
SELECT status, reason, count(*), sum(warnings)::bigint
  FROM sending_delivery
 WHERE organisation_id = %(organisation_id)s
   AND origin_kind = %(origin_kind)s
   AND origin_id = %(origin_id)s
 GROUP BY status, reason;
