-- move_launch: take this launch for ourselves by setting the time of the next one.
-- Whoever comes second finds another time here and touches no row.
UPDATE workflows_workflow
   SET next_launch_at = %(next)s,
       last_launch_at = now()
 WHERE id = %(workflow_id)s
   AND status = 'ACTIVE'
   AND next_launch_at = %(due)s
