-- lock_cursor: take an organisation's cursor, unless somebody else is reading on from it.
SELECT c.seen, pg_snapshot_xmin(pg_current_snapshot())::text
  FROM workflows_cursor AS c
 WHERE c.organisation_id = %(organisation_id)s
   FOR UPDATE SKIP LOCKED
