-- insert_audience: the audience becomes deliveries, the chosen ones in numbered batches.
-- The ids of the batches are drawn first: RETURNING would not say which number got which id.
-- With a pace, batches come in turns, and each turn is due a unit after the one before.
-- One INSERT … SELECT for all of them: 1M people stay in the database.
CREATE TEMPORARY TABLE sending_numbers ON COMMIT DROP AS
SELECT number, size, nextval(pg_get_serial_sequence('sending_batch', 'id')) AS batch_id
  FROM (
    SELECT number, count(*) AS size
      FROM sending_audience
     WHERE number IS NOT NULL
     GROUP BY number
     ORDER BY number
  ) AS counted;

INSERT INTO sending_batch
       (id, organisation_id, content_id, media_type, origin_kind, origin_id, status, due_at, attempts, size,
        note, turn, turn_seconds)
SELECT batch_id, %(organisation_id)s, %(content_id)s, %(media_type)s, %(origin_kind)s, %(origin_id)s, 'WAITING',
       coalesce(%(due_at)s::timestamptz, now())
           + number / %(batches_a_turn)s * %(turn_seconds)s * interval '1 second',
       0, size, '', number / %(batches_a_turn)s, %(turn_seconds)s
  FROM sending_numbers;

INSERT INTO sending_delivery
       (contact_id, organisation_id, batch_id, origin_kind, origin_id, origin_step, content_id,
        media_type, address, language, status, reason, description, warnings, attempts,
        finished_at)
SELECT a.contact_id, %(organisation_id)s, n.batch_id, %(origin_kind)s, %(origin_id)s, '',
       %(content_id)s, %(media_type)s, a.address, a.language,
       CASE WHEN a.reason = '' THEN 'WAITING' ELSE 'EXCLUDED' END, a.reason, '', 0, 0,
       CASE WHEN a.reason = '' THEN NULL ELSE now() END
  FROM sending_audience a
  LEFT JOIN sending_numbers n ON n.number = a.number
    ON CONFLICT (contact_id, origin_kind, origin_id, origin_step) DO NOTHING;
