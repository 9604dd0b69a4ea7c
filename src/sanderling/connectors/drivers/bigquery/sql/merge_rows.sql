-- merge_rows: staged rows into the table by their key; equal rows are not written.
-- One staged row for each key, because two for one row of the table make MERGE refuse all.  The
-- condition holds the bounds of the rows as constants: only they leave months unread and unpaid.
MERGE {table} AS T
USING (
    SELECT {names}
      FROM {staging}
     WHERE TRUE
   QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys}) = 1
) AS S
   ON {condition}
{matched}
 WHEN NOT MATCHED THEN
      INSERT ({names}) VALUES ({values})
