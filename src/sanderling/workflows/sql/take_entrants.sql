-- take_entrants: strike these off; only who is returned gets an event from us.
DELETE FROM workflows_entrant
 WHERE workflow_id = %(workflow_id)s
   AND contact_id = ANY(%(contact_ids)s::bigint[])
RETURNING contact_id
