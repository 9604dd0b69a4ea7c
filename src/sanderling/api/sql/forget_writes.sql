-- forget_writes: delete marks of writes that are older than the time in which they refuse.
-- Locked ones are left: whoever holds them renews them.
DELETE FROM api_recentwrite
 WHERE (organisation_id, digest) IN (
       SELECT w.organisation_id, w.digest
         FROM api_recentwrite AS w
        WHERE w.at < now() - make_interval(secs => %(seconds)s)
        ORDER BY w.at
        LIMIT 10000
          FOR UPDATE SKIP LOCKED
 );
