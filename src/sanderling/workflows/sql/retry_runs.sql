-- retry_runs: let chosen failed runs of a workflow, or all of them, go on from where they failed.
UPDATE workflows_run
   SET status = 'WAITING',
       attempts = 0,
       error = '',
       due_at = now(),
       finished_at = NULL
 WHERE organisation_id = %(organisation_id)s
   AND workflow_id = %(workflow_id)s
   AND status = 'FAILED'
   AND (%(run_ids)s::bigint[] IS NULL OR id = ANY(%(run_ids)s::bigint[]))
