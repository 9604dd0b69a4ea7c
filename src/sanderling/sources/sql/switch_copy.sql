-- switch_copy: from now on the new rows are the copy.
-- One statement, so a reader sees the old table or the new one, never a mixture.
UPDATE sources_copy
   SET generation = %(generation)s,
       rows = %(rows)s,
       keyless = %(keyless)s,
       copied_at = now(),
       due_at = now() + every_minutes * interval '1 minute',
       error = '',
       lease = NULL,
       lease_until = NULL
 WHERE source_id = %(source_id)s
   AND lease = %(lease)s
