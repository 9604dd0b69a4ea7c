-- claim_launch: lease a regular workflow whose time has come or whose entrants still wait.
-- The lease is only politeness between workers: what must not happen twice is guarded by the
-- rows themselves (the launch time is moved and entrants are deleted in the deciding statements).
UPDATE workflows_workflow
   SET lease_until = now() + interval '5 minutes'
 WHERE id = (
    SELECT w.id
      FROM workflows_workflow AS w
     WHERE w.status = 'ACTIVE'
       AND w.start_kind = 'REGULAR'
       AND (w.lease_until IS NULL OR w.lease_until < now())
       AND (w.next_launch_at <= now()
            OR w.id IN (SELECT n.workflow_id FROM workflows_entrant AS n))
     ORDER BY w.next_launch_at, w.id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
 )
RETURNING id
