-- read_entrants: the next batch of those whose event is still to be raised, with their address.
SELECT n.contact_id, coalesce(c.email, '')
  FROM workflows_entrant AS n
  LEFT JOIN contacts_contact AS c
    ON c.id = n.contact_id
   AND c.organisation_id = n.organisation_id
 WHERE n.workflow_id = %(workflow_id)s
 ORDER BY n.contact_id
 LIMIT 500
