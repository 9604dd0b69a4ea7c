-- release_bucket: let go, if the bucket is still ours.
UPDATE workflows_bucket
   SET lease = NULL,
       leased_until = NULL
 WHERE id = %(bucket)s
   AND lease = %(lease)s
