-- add_types: make the event types that do not exist yet, then return all that were asked for.
-- ON CONFLICT DO NOTHING: two calls may bring the same new type at the same moment.
INSERT INTO events_type (organisation_id, key, name, parameters, is_validated, created_at)
SELECT %(organisation_id)s, k.key, '', '[]'::jsonb, false, now()
  FROM unnest(%(keys)s::text[]) AS k (key)
 ORDER BY k.key
    ON CONFLICT (organisation_id, key) DO NOTHING;

SELECT t.id, t.key, t.is_validated, t.parameters
  FROM events_type AS t
 WHERE t.organisation_id = %(organisation_id)s
   AND t.key = ANY(%(keys)s::text[]);
