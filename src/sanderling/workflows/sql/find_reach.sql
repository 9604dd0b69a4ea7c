-- find_reach: how far one reading goes: whole transactions, some five thousand events.
-- A transaction that wrote more than that is read as a whole.
SELECT max(few.changed)::text
  FROM (
        SELECT e.changed
          FROM events_event AS e
         WHERE e.organisation_id = %(organisation_id)s
           AND e.changed > %(seen)s::text::xid8
           AND e.changed < %(horizon)s::text::xid8
         ORDER BY e.changed
         LIMIT 5000
       ) AS few
