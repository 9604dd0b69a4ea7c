-- replace_rows: all rows of the staged parents at once; lines have no identity of their own.
-- Parents lie in the staging table beside the lines, so that both are of one moment.
BEGIN TRANSACTION;
DELETE FROM {table} AS T
 WHERE T.{parent} IN (SELECT P.{parent} FROM {staging} AS P WHERE NOT P.{line})
   AND {condition};
INSERT INTO {table} ({names})
SELECT {values}
  FROM {staging} AS S
 WHERE S.{line}
   AND S.{parent} IN (SELECT P.{parent} FROM {staging} AS P WHERE NOT P.{line});
COMMIT TRANSACTION;
