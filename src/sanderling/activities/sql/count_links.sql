-- count_links: clicks and people by link of one broadcast.
SELECT link, count(*), count(DISTINCT contact_id)
  FROM activities_activity
 WHERE organisation_id = %(organisation_id)s
   AND broadcast_id = %(broadcast_id)s
   AND status = 'CLICKED'
 GROUP BY link
 ORDER BY count(*) DESC, link
 LIMIT %(limit)s;
