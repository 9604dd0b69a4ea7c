-- move_contact: the events of a contact become those of another one.
-- New rows and no update: the contact of a row is what a distributed table is spread by.  They
-- are changed (the export follows) and moved (workflows have seen them).
INSERT INTO events_event
       (id, organisation_id, contact_id, type_id, key_value, params, occurred_at, is_past, is_moved)
SELECT e.id, e.organisation_id, %(contact_id)s, e.type_id, e.key_value, e.params, e.occurred_at,
       e.is_past, TRUE
  FROM events_event AS e
 WHERE e.contact_id = %(former_id)s
   AND e.organisation_id = %(organisation_id)s;

DELETE FROM events_event AS e
 WHERE e.contact_id = %(former_id)s
   AND e.organisation_id = %(organisation_id)s;
