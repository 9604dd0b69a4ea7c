-- add_entrants: remember who came in; their events follow batch by batch.
INSERT INTO workflows_entrant (contact_id, organisation_id, workflow_id)
SELECT c.id, %(organisation_id)s, %(workflow_id)s
  FROM unnest(%(contact_ids)s::bigint[]) AS c (id)
    ON CONFLICT (contact_id, workflow_id) DO NOTHING
