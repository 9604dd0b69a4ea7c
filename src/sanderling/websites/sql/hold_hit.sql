-- hold_hit: keep what a nobody did; return how many of its hits wait now.
INSERT INTO websites_hit
       (organisation_id, cookie, type_key, key_value, params, occurred_at)
VALUES (%(organisation_id)s, %(cookie)s, %(type_key)s, %(key_value)s, %(params)s::json,
        %(occurred_at)s);
UPDATE websites_visitor
   SET held = held + 1
 WHERE organisation_id = %(organisation_id)s AND cookie = %(cookie)s
RETURNING held;
