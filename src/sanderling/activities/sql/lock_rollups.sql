-- lock_rollups: make sure that the totals of these contacts exist, and hold their rows.
-- In the order of the key: two writers that share people wait in line, not crosswise.
-- The lock is the empty update; `changed` must be set wherever a tracked row is written.
INSERT INTO activities_rollup (organisation_id, contact_id, media_type,
       total_sent, total_received, total_viewed, total_clicked)
SELECT DISTINCT n.organisation_id, n.contact_id, n.media_type, 0, 0, 0, 0
  FROM unnest(
       %(organisation_ids)s::bigint[], %(contact_ids)s::bigint[], %(media_types)s::text[]
       ) AS n (organisation_id, contact_id, media_type)
 ORDER BY n.organisation_id, n.contact_id, n.media_type
    ON CONFLICT (contact_id, media_type) DO UPDATE
   SET changed = pg_current_xact_id();
