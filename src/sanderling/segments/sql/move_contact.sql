-- move_contact: who was in a segment is there as another contact.
-- New rows and no update: the contact of a row is what a distributed table is spread by.
INSERT INTO segments_member
       (organisation_id, segment_id, contact_id, entered_at)
SELECT m.organisation_id, m.segment_id, %(contact_id)s, m.entered_at
  FROM segments_member AS m
 WHERE m.contact_id = %(former_id)s
   AND m.organisation_id = %(organisation_id)s
    ON CONFLICT DO NOTHING;

DELETE FROM segments_member AS m
 WHERE m.contact_id = %(former_id)s
   AND m.organisation_id = %(organisation_id)s;
