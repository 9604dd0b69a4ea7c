-- update_members: write down who is in the segment now; return who was not there before.
-- One statement: the difference is taken in one snapshot, so that nobody enters twice and nobody
-- who left and came back is missed.  NOT EXISTS becomes an anti-join, which spills; NOT IN would
-- read all people again for every member once they do not fit into work_mem.
-- The caller holds the segment's lock.
WITH people AS MATERIALIZED ({people}),
     gone AS (
         DELETE FROM segments_member AS m
          WHERE m.organisation_id = %(organisation_id)s
            AND m.segment_id = %(segment_id)s
            AND NOT EXISTS (SELECT FROM people AS p WHERE p.id = m.contact_id)
      RETURNING m.contact_id
     ),
     came AS (
         INSERT INTO segments_member (organisation_id, segment_id, contact_id, entered_at)
         SELECT %(organisation_id)s, %(segment_id)s, p.id, clock_timestamp()
           FROM people AS p
             ON CONFLICT (contact_id, segment_id) DO NOTHING
      RETURNING contact_id
     )
SELECT came.contact_id
  FROM came
 ORDER BY came.contact_id
