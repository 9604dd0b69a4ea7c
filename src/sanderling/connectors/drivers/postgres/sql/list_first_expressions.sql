-- list_first_expressions: expressions with which an index of the table begins, as PostgreSQL
-- writes them: `lower(email)` decides whether a look-up by lower-case email can use an index.
SELECT pg_catalog.pg_get_indexdef(i.indexrelid, 1, true)
  FROM pg_catalog.pg_index AS i
  JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s
   AND c.relname = %(table)s
   AND i.indkey[0] = 0
   AND i.indisvalid
   AND i.indpred IS NULL
 LIMIT 1000
