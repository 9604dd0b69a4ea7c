-- select_types: the event types of these keys.
-- Read before writing: nearly every event is of a type that is there already.
SELECT t.id, t.key, t.is_validated, t.parameters
  FROM events_type AS t
 WHERE t.organisation_id = %(organisation_id)s
   AND t.key = ANY(%(keys)s::text[]);
