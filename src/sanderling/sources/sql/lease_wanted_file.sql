-- lease_wanted_file: take the wanted file with the lowest number for five minutes.
-- Fetching ends after two; a dead worker's lease runs out, and the link is there still.
UPDATE sources_file
   SET lease = %(lease)s,
       lease_until = now() + interval '5 minutes'
 WHERE id = (
       SELECT f.id
         FROM sources_file AS f
        WHERE f.link IS NOT NULL
          AND (f.lease_until IS NULL OR f.lease_until < now())
        ORDER BY f.id
        LIMIT 1
          FOR UPDATE SKIP LOCKED
       )
RETURNING id
