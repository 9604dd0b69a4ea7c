-- read_events: the events of a window, with their first 50 parameters.
-- params is json, which keeps the order as sent.  An escaped NUL is legal in json and cannot be
-- read by PostgreSQL, so it goes before anything is read.  The parameters are a scalar subquery
-- and no join: counting and comparing keys then need not read them.
SELECT NULLIF(e.contact_id, 0) AS "contactId",
       e.id AS "eventId",
       t.key AS "eventTypeKey",
       NULLIF(e.key_value, '') AS "keyValue",
       date_trunc('second', e.occurred_at AT TIME ZONE 'UTC') AS "occured",
       COALESCE((
           SELECT json_agg(
                      json_build_object('name', p.key, 'value', left(p.value, 300))
                      ORDER BY p.place
                  )
             FROM json_each_text(
                      CASE WHEN strpos(e.params::text, '\u0000') > 0
                           THEN regexp_replace(
                                    e.params::text, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g'
                                )::json
                           ELSE e.params
                      END
                  ) WITH ORDINALITY AS p (key, value, place)
            WHERE p.place <= 50
       ), '[]'::json) AS "paramsJson"
  FROM events_event AS e
  JOIN events_type AS t
    ON t.id = e.type_id
 WHERE e.organisation_id = %(organisation_id)s
   AND e.changed >= %(low)s::xid8
   AND e.changed < %(high)s::xid8
   AND e.contact_id NOT IN (
       SELECT x.contact_id
         FROM contacts_erasure AS x
        WHERE x.organisation_id = %(organisation_id)s
   )
