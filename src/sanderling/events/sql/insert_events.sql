-- insert_events: write the events of one call and return their ids in the order given.
-- ORDER BY before the volatile nextval(): ids then rise with the position in the call.
INSERT INTO events_event
       (organisation_id, type_id, contact_id, key_value, params, occurred_at, is_past)
SELECT %(organisation_id)s, e.type_id, e.contact_id, e.key_value, e.params::json,
       coalesce(e.occurred_at, now()), e.is_past
  FROM unnest(
       %(type_ids)s::bigint[], %(contact_ids)s::bigint[], %(key_values)s::text[],
       %(params)s::text[], %(occurred)s::timestamptz[], %(past)s::boolean[]
  ) WITH ORDINALITY AS e (type_id, contact_id, key_value, params, occurred_at, is_past, position)
 ORDER BY e.position
RETURNING id;
