-- has_unread: whether a contact has events that active workflows have still to read.
SELECT EXISTS (
    SELECT FROM events_event AS e
      JOIN workflows_cursor AS c
        ON c.organisation_id = e.organisation_id
     WHERE e.contact_id = %(former_id)s
       AND e.organisation_id = %(organisation_id)s
       AND e.changed > c.seen::xid8
       AND NOT e.is_past
       AND NOT e.is_moved
       AND EXISTS (
           SELECT FROM workflows_workflow AS w
            WHERE w.organisation_id = e.organisation_id
              AND w.status = 'ACTIVE'
       )
)
