-- find_told: which of these (contact, delivery, status) have been told before.
-- Runs after lock_rollups, as a statement of its own, so that it sees what the writer
-- that held the lock before us has committed.
SELECT DISTINCT a.contact_id, a.delivery_id, a.status
  FROM unnest(
       %(contact_ids)s::bigint[], %(delivery_ids)s::bigint[], %(statuses)s::text[]
       ) AS n (contact_id, delivery_id, status)
  JOIN activities_activity a
    ON a.contact_id = n.contact_id
   AND a.delivery_id = n.delivery_id
   AND a.status = n.status;
