-- find_deliveries: the rows that stand for these people and steps, whoever claimed them.
SELECT d.contact_id, d.origin_step, d.id, d.status, d.reason, d.request_id
  FROM sending_delivery d
  JOIN unnest(%(contact_ids)s::bigint[], %(steps)s::text[]) AS w (contact_id, step)
    ON w.contact_id = d.contact_id
   AND w.step = d.origin_step
 WHERE d.organisation_id = %(organisation_id)s
   AND d.origin_kind = %(origin_kind)s
   AND d.origin_id = %(origin_id)s;
