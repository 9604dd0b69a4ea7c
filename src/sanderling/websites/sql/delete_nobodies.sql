-- delete_nobodies: a batch of browsers that nobody claimed for months, with what they did.
WITH gone AS (
    DELETE FROM websites_visitor
     WHERE (organisation_id, cookie) IN (
           SELECT v.organisation_id, v.cookie
             FROM websites_visitor AS v
            WHERE v.contact_id = 0
              AND v.last_seen_at < now() - make_interval(days => %(days)s)
            ORDER BY v.last_seen_at
            LIMIT %(limit)s
              FOR UPDATE SKIP LOCKED
     )
    RETURNING organisation_id, cookie
), hits AS (
    DELETE FROM websites_hit
     WHERE (organisation_id, cookie) IN (SELECT organisation_id, cookie FROM gone)
)
SELECT organisation_id, cookie FROM gone;
