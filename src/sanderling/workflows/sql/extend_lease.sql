-- extend_lease: two more minutes, if the bucket is still ours; the row stays locked till commit.
UPDATE workflows_bucket
   SET leased_until = now() + interval '2 minutes'
 WHERE id = %(bucket)s
   AND lease = %(lease)s
RETURNING id
