-- take_hits: take out all that waits for a browser's contact, in the order it happened.
WITH taken AS (
    DELETE FROM websites_hit
     WHERE organisation_id = %(organisation_id)s AND cookie = %(cookie)s
    RETURNING id, type_key, key_value, params, occurred_at
)
SELECT t.type_key, t.key_value, t.params, t.occurred_at
  FROM taken AS t
 ORDER BY t.occurred_at, t.id;
