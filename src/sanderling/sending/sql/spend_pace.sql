-- spend_pace: move the organisation's next free moment on by what these messages take.
-- No row comes back while the last ones are still being paid for.
UPDATE sending_gateway
   SET held_until = GREATEST(held_until, statement_timestamp()) + make_interval(secs => %(seconds)s),
       note = ''
 WHERE id = %(gateway_id)s
   AND (held_until IS NULL OR held_until <= statement_timestamp())
RETURNING id;
