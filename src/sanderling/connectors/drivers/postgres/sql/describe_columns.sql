-- describe_columns: the readable columns of one table, with what their types mean.
-- A domain counts as its base type, and an array is told by its element: arrays of types that
-- are not built in come back as text unless we ask for text elements.
-- `key_place` is the column's place in the primary key; `is_indexed` asks whether a whole index
-- begins with the column, because only such an index answers `column = ANY(…)`.
SELECT a.attname,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       b.typname AS base,
       b.typcategory AS category,
       CASE WHEN b.typcategory = 'A' THEN b.typelem >= 16384 ELSE b.oid >= 16384 END AS is_foreign,
       pg_catalog.array_position(k.indkey::int2[], a.attnum) AS key_place,
       EXISTS (
           SELECT 1
             FROM pg_catalog.pg_index AS i
            WHERE i.indrelid = a.attrelid
              AND i.indkey[0] = a.attnum
              AND i.indisvalid
              AND i.indpred IS NULL
       ) AS is_indexed
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_type AS b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN pg_catalog.pg_index AS k ON k.indrelid = c.oid AND k.indisprimary
 WHERE n.nspname = %(schema)s
   AND c.relname = %(table)s
   AND a.attnum > 0
   AND NOT a.attisdropped
   AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
 ORDER BY a.attnum
 LIMIT 1700
