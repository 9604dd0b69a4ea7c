-- keep_newcomers: remember who was really new in this chunk; a higher room raises their events.
-- Rows and not a list in the import: a file may bring a million people.
INSERT INTO contacts_newcomer (organisation_id, contact_id, import_id)
SELECT %(organisation_id)s, s.contact_id, %(import_id)s
  FROM contacts_staged s
 WHERE s.state = 'ADDED'
    ON CONFLICT DO NOTHING;
