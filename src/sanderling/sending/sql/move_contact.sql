-- move_contact: the deliveries of a contact become those of another one.
-- New rows and no update: the contact of a row is what a distributed table is spread by.
-- A delivery in a channel's hands (HANDING) stays till its receipt is written.  What both were sent
-- under one origin and step keeps a step of its own.
INSERT INTO sending_delivery
       (id, organisation_id, contact_id, batch_id, origin_kind, origin_id, origin_step,
       content_id, media_type, address, language, params, status, reason, description,
       warnings, attempts, request_id, event_id, created_at, due_at, handed_at,
       finished_at)
SELECT d.id, d.organisation_id, %(contact_id)s, d.batch_id, d.origin_kind, d.origin_id,
       d.origin_step || CASE WHEN t.id IS NULL THEN '' ELSE '~' || d.contact_id END,
       d.content_id, d.media_type, d.address, d.language, d.params, d.status, d.reason,
       d.description, d.warnings, d.attempts, d.request_id, d.event_id, d.created_at,
       d.due_at, d.handed_at, d.finished_at
  FROM sending_delivery AS d
  LEFT JOIN sending_delivery AS t
    ON t.contact_id = %(contact_id)s
   AND t.origin_kind = d.origin_kind
   AND t.origin_id = d.origin_id
   AND t.origin_step = d.origin_step
 WHERE d.contact_id = %(former_id)s
   AND d.organisation_id = %(organisation_id)s
   AND d.status <> 'HANDING';

DELETE FROM sending_delivery AS d
 WHERE d.contact_id = %(former_id)s
   AND d.organisation_id = %(organisation_id)s
   AND d.status <> 'HANDING';
