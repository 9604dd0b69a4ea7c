-- drop_oldest_hits: a nobody who clicks all day keeps its last hits only.
-- A tenth at once, so that this runs at every fiftieth hit and not at every one.
DELETE FROM websites_hit
 WHERE organisation_id = %(organisation_id)s AND cookie = %(cookie)s
   AND id IN (
       SELECT h.id
         FROM websites_hit AS h
        WHERE h.organisation_id = %(organisation_id)s AND h.cookie = %(cookie)s
        ORDER BY h.id
        LIMIT %(most)s / 10
   );
UPDATE websites_visitor
   SET held = held - %(most)s / 10
 WHERE organisation_id = %(organisation_id)s AND cookie = %(cookie)s;
