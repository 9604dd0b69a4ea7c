-- finish_file: the rows that are being written in this transaction are the file from now on.
-- Nothing is changed when the lease is lost: somebody wants another link, or another worker has it.
UPDATE sources_file
   SET rows = %(rows)s,
       loaded_at = now(),
       expires_at = now() + hours * interval '1 hour',
       link = NULL,
       lease = NULL,
       lease_until = NULL,
       error = ''
 WHERE id = %(file_id)s
   AND lease = %(lease)s
