-- forget_calls: delete some of the calls that are older than the log is kept, oldest first.
-- A bounded number at a time: a busy week has millions, and one delete of them all would hold
-- its locks and its space for minutes.
DELETE FROM accounts_apicall
 WHERE id IN (
    SELECT id
      FROM accounts_apicall
     WHERE at < %(before)s
     ORDER BY at
     LIMIT %(most)s
 );
