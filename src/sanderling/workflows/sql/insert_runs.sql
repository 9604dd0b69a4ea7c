-- insert_runs: make a run for each event just read and each active workflow that it starts.
-- Uniqueness and "avoid parallel" are decided here, in one snapshot and under the cursor's lock,
-- so that two events of one moment cannot both be the first.  Past events start nothing, nor do
-- those that came with another contact (they have started what they start); an event of a regular launch (its key is "<workflow>-<contact>") starts the workflow that raised it, and
-- whatever else waits for its type.
WITH happened AS (
    SELECT e.id, e.contact_id, e.key_value, e.params, e.changed, t.key AS type_key
      FROM events_event AS e
      JOIN events_type AS t
        ON t.id = e.type_id
     WHERE e.organisation_id = %(organisation_id)s
       AND e.changed > %(seen)s::text::xid8
       AND e.changed <= %(reach)s::text::xid8
       AND NOT e.is_past
       AND NOT e.is_moved
       AND e.contact_id <> 0
), wanted AS (
    SELECT h.*, w.id AS workflow_id, w.version_id, w.uniqueness, w.avoid_parallel,
           CASE WHEN w.uniqueness = 'ONCE'
                THEN 'once:' || encode(sha256(convert_to(h.key_value, 'UTF8')), 'hex')
                ELSE 'event:' || h.id
           END AS unique_key
      FROM happened AS h
      JOIN workflows_workflow AS w
        ON w.organisation_id = %(organisation_id)s
       AND w.event_type = h.type_key
       AND w.status = 'ACTIVE'
       AND h.changed >= w.active_from::xid8
       AND (w.start_kind = 'EVENT' OR h.key_value = w.id || '-' || h.contact_id)
     WHERE NOT (w.avoid_parallel AND EXISTS (
               SELECT 1
                 FROM workflows_run AS r
                WHERE r.contact_id = h.contact_id
                  AND r.workflow_id = w.id
                  AND r.status = 'WAITING'))
       AND NOT (w.uniqueness = 'ONCE' AND EXISTS (
               SELECT 1
                 FROM workflows_run AS r
                WHERE r.contact_id = h.contact_id
                  AND r.workflow_id = w.id
                  AND r.event_key = h.key_value))
       AND NOT (w.uniqueness = 'PERIOD' AND EXISTS (
               SELECT 1
                 FROM workflows_run AS r
                WHERE r.contact_id = h.contact_id
                  AND r.workflow_id = w.id
                  AND r.event_key = h.key_value
                  AND r.created_at > now() - w.unique_minutes * interval '1 minute'))
), ranked AS (
    SELECT wanted.*,
           row_number() OVER (
               PARTITION BY workflow_id, contact_id,
                            CASE WHEN avoid_parallel THEN '' ELSE key_value END
               ORDER BY id
           ) AS position
      FROM wanted
)
INSERT INTO workflows_run
       (contact_id, organisation_id, workflow_id, version_id, event_id, event_key,
        event_type_key, unique_key, params, block, bucket, status, path, error, attempts)
SELECT r.contact_id, %(organisation_id)s, r.workflow_id, r.version_id, r.id, r.key_value,
       r.type_key, r.unique_key, r.params, v.start, r.contact_id %% 64, 'WAITING', '[]'::jsonb,
       '', 0
  FROM ranked AS r
  JOIN workflows_version AS v
    ON v.id = r.version_id
 WHERE r.position = 1
    OR NOT (r.avoid_parallel OR r.uniqueness <> 'EVERY')
 ORDER BY r.id
    ON CONFLICT (contact_id, workflow_id, unique_key) DO NOTHING
