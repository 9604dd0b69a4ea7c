-- fail_copying: the old copy stays; try again sooner than the interval says.
UPDATE sources_copy
   SET error = %(error)s,
       due_at = now() + least(every_minutes, 15) * interval '1 minute',
       lease = NULL,
       lease_until = NULL
 WHERE source_id = %(source_id)s
   AND lease = %(lease)s
