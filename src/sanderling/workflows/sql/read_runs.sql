-- read_runs: a page of a workflow's runs, newest first, with their contacts; by keyset.
SELECT r.id, r.contact_id, r.status, r.block, r.due_at, r.created_at, r.finished_at, r.error,
       r.event_key, r.attempts, r.version_id, c.email,
       trim(coalesce(c.first_name, '') || ' ' || coalesce(c.last_name, '')) AS contact_name
  FROM workflows_run AS r
  LEFT JOIN contacts_contact AS c
    ON c.id = r.contact_id
   AND c.organisation_id = r.organisation_id
 WHERE r.organisation_id = %(organisation_id)s
   AND r.workflow_id = %(workflow_id)s
   AND (%(status)s::text = '' OR r.status = %(status)s::text)
   AND (%(block)s::text = '' OR r.block = %(block)s::text)
   AND (%(before)s::bigint IS NULL OR r.id < %(before)s::bigint)
 ORDER BY r.id DESC
 LIMIT %(limit)s
