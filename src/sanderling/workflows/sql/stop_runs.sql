-- stop_runs: stop chosen runs of a workflow, or all of them, that are under way.
UPDATE workflows_run
   SET status = 'STOPPED',
       error = %(by)s,
       finished_at = now()
 WHERE organisation_id = %(organisation_id)s
   AND workflow_id = %(workflow_id)s
   AND status = 'WAITING'
   AND (%(run_ids)s::bigint[] IS NULL OR id = ANY(%(run_ids)s::bigint[]))
