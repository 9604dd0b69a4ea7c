-- expire_files: the files whose time is over have no rows from now on.
-- The row stays: a message that names the file waits for its successor instead of going out empty.
UPDATE sources_file
   SET rows = 0,
       expires_at = NULL
 WHERE expires_at <= now()
RETURNING id
