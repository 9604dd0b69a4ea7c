-- count_runs: how many runs of some workflows have which status, and stand at which block.
SELECT r.workflow_id, r.status, CASE WHEN r.status = 'WAITING' THEN r.block ELSE '' END AS block,
       count(*)
  FROM workflows_run AS r
 WHERE r.organisation_id = %(organisation_id)s
   AND r.workflow_id = ANY(%(workflow_ids)s::bigint[])
 GROUP BY 1, 2, 3
