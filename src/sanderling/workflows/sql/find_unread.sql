-- find_unread: organisations whose active workflows have events to read.
-- Only finished transactions count: what is below the oldest one still running is complete.
-- By transaction id, never by event id: ids are given before the commit, and a reader that
-- follows them loses what commits late.
SELECT c.organisation_id
  FROM workflows_cursor AS c
 WHERE c.organisation_id IN (
           SELECT w.organisation_id FROM workflows_workflow AS w WHERE w.status = 'ACTIVE'
       )
   AND EXISTS (
           SELECT 1
             FROM events_event AS e
            WHERE e.organisation_id = c.organisation_id
              AND e.changed > c.seen::xid8
              AND e.changed < pg_snapshot_xmin(pg_current_snapshot())
       )
 ORDER BY c.organisation_id
