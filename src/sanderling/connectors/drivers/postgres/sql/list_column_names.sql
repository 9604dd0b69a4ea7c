-- list_column_names: the names of readable columns in all schemas, the most frequent first.
-- The key of contacts has one name in every table, so it is likely to stand at the top.
SELECT a.attname
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
 WHERE n.nspname <> 'information_schema'
   AND n.nspname !~ '^pg_'
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND NOT c.relispartition
   AND a.attnum > 0
   AND NOT a.attisdropped
   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
   AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
 GROUP BY a.attname
 ORDER BY count(*) DESC, a.attname
 LIMIT 500
