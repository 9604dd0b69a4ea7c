-- move_runs: write down where each run of a group stands now, and the steps it took.
-- Only runs that still stand where they were read: the caller counts them, and takes everything
-- back when somebody stopped one meanwhile.
-- Parameters are written only where a block added some: they may be large.
UPDATE workflows_run AS r
   SET block = m.block,
       due_at = m.due_at,
       status = m.status,
       attempts = m.attempts,
       error = m.error,
       path = r.path || m.steps::jsonb,
       params = coalesce(m.params::json, r.params),
       finished_at = CASE WHEN m.status = 'WAITING' THEN NULL ELSE now() END
  FROM unnest(
       %(contact_ids)s::bigint[], %(ids)s::bigint[], %(origins)s::text[], %(blocks)s::text[],
       %(due)s::timestamptz[], %(statuses)s::text[], %(attempts)s::int[], %(errors)s::text[],
       %(steps)s::text[], %(params)s::text[]
  ) AS m (contact_id, id, origin, block, due_at, status, attempts, error, steps, params)
 WHERE r.contact_id = m.contact_id
   AND r.id = m.id
   AND r.status = 'WAITING'
   AND r.block = m.origin
