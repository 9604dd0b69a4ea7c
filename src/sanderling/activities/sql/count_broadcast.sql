-- count_broadcast: facts and people of one broadcast by status.
SELECT status, count(*), count(DISTINCT contact_id)
  FROM activities_activity
 WHERE organisation_id = %(organisation_id)s
   AND broadcast_id = %(broadcast_id)s
 GROUP BY status;
