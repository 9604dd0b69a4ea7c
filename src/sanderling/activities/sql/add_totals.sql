-- add_totals: add counts and last dates to the totals of contacts, one row per contact and channel.
-- GREATEST skips NULL: a date that this batch says nothing of stays as it was.
INSERT INTO activities_rollup AS r (organisation_id, contact_id, media_type,
       total_sent, total_received, total_viewed, total_clicked,
       last_sent, last_received, last_viewed, last_clicked)
SELECT n.organisation_id, n.contact_id, n.media_type,
       n.total_sent, n.total_received, n.total_viewed, n.total_clicked,
       n.last_sent, n.last_received, n.last_viewed, n.last_clicked
  FROM unnest(
       %(organisation_ids)s::bigint[], %(contact_ids)s::bigint[], %(media_types)s::text[],
       %(total_sent)s::bigint[], %(total_received)s::bigint[],
       %(total_viewed)s::bigint[], %(total_clicked)s::bigint[],
       %(last_sent)s::timestamptz[], %(last_received)s::timestamptz[],
       %(last_viewed)s::timestamptz[], %(last_clicked)s::timestamptz[]
       ) AS n (organisation_id, contact_id, media_type,
               total_sent, total_received, total_viewed, total_clicked,
               last_sent, last_received, last_viewed, last_clicked)
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
