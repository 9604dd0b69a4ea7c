-- move_contact: the runs of a contact become those of another one, in the bucket of that one.
-- New rows and no update: the contact of a row is what a distributed table is spread by.
-- Where both have the same run ("once only") the other's counts.
INSERT INTO workflows_run
       (id, organisation_id, contact_id, workflow_id, event_id, event_key, event_type_key,
       unique_key, params, version_id, block, bucket, status, due_at, path, error,
       attempts, created_at, finished_at)
SELECT r.id, r.organisation_id, %(contact_id)s, r.workflow_id, r.event_id, r.event_key,
       r.event_type_key, r.unique_key, r.params, r.version_id, r.block, %(contact_id)s %%
       64, r.status, r.due_at, r.path, r.error, r.attempts, r.created_at, r.finished_at
  FROM workflows_run AS r
 WHERE r.contact_id = %(former_id)s
   AND r.organisation_id = %(organisation_id)s
    ON CONFLICT DO NOTHING;

DELETE FROM workflows_run AS r
 WHERE r.contact_id = %(former_id)s
   AND r.organisation_id = %(organisation_id)s;

INSERT INTO workflows_entrant
       (organisation_id, contact_id, workflow_id)
SELECT e.organisation_id, %(contact_id)s, e.workflow_id
  FROM workflows_entrant AS e
 WHERE e.contact_id = %(former_id)s
   AND e.organisation_id = %(organisation_id)s
    ON CONFLICT DO NOTHING;

DELETE FROM workflows_entrant AS e
 WHERE e.contact_id = %(former_id)s
   AND e.organisation_id = %(organisation_id)s;
