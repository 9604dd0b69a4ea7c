-- move_contact: the facts of a contact become those of another one, and the totals are summed.
-- New rows and no update: the contact of a row is what a distributed table is spread by.
INSERT INTO activities_activity
       (id, organisation_id, contact_id, occurred_at, status, media_type, campaign_type,
       delivery_id, message_id, message_name, message_tags, message_language, sender_name,
       broadcast_id, workflow_id, workflow_run_id, workflow_block, event_id, event_key,
       event_type_key, link, description, view_url, utm_campaign, sent_at)
SELECT a.id, a.organisation_id, %(contact_id)s, a.occurred_at, a.status, a.media_type,
       a.campaign_type, a.delivery_id, a.message_id, a.message_name, a.message_tags,
       a.message_language, a.sender_name, a.broadcast_id, a.workflow_id,
       a.workflow_run_id, a.workflow_block, a.event_id, a.event_key, a.event_type_key,
       a.link, a.description, a.view_url, a.utm_campaign, a.sent_at
  FROM activities_activity AS a
 WHERE a.contact_id = %(former_id)s
   AND a.organisation_id = %(organisation_id)s;

DELETE FROM activities_activity AS a
 WHERE a.contact_id = %(former_id)s
   AND a.organisation_id = %(organisation_id)s;

INSERT INTO activities_rollup AS r
       (organisation_id, contact_id, media_type, total_sent, total_received, total_viewed,
       total_clicked, last_sent, last_received, last_viewed, last_clicked)
SELECT f.organisation_id, %(contact_id)s, f.media_type, f.total_sent, f.total_received,
       f.total_viewed, f.total_clicked, f.last_sent, f.last_received, f.last_viewed,
       f.last_clicked
  FROM activities_rollup AS f
 WHERE f.contact_id = %(former_id)s
   AND f.organisation_id = %(organisation_id)s
    ON CONFLICT (contact_id, media_type) DO UPDATE
   SET total_sent = r.total_sent + excluded.total_sent,
       total_received = r.total_received + excluded.total_received,
       total_viewed = r.total_viewed + excluded.total_viewed,
       total_clicked = r.total_clicked + excluded.total_clicked,
       last_sent = GREATEST(r.last_sent, excluded.last_sent),
       last_received = GREATEST(r.last_received, excluded.last_received),
       last_viewed = GREATEST(r.last_viewed, excluded.last_viewed),
       last_clicked = GREATEST(r.last_clicked, excluded.last_clicked),
       changed = pg_current_xact_id();

DELETE FROM activities_rollup AS f
 WHERE f.contact_id = %(former_id)s
   AND f.organisation_id = %(organisation_id)s;
