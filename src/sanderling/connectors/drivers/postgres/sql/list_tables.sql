-- list_tables: what of one schema can be read: tables, partitioned tables, views, materialised
-- views and foreign tables; a partition is reached through its parent.
-- reltuples is an estimate and -1 before the first ANALYZE.
SELECT c.relname,
       CASE c.relkind
           WHEN 'v' THEN 'view'
           WHEN 'm' THEN 'materialized view'
           WHEN 'f' THEN 'foreign table'
           ELSE 'table'
       END AS kind,
       CASE WHEN c.relkind IN ('r', 'm', 'p') AND c.reltuples >= 0
            THEN c.reltuples::bigint
       END AS estimated_rows
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND NOT c.relispartition
   AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
 ORDER BY c.relname
 LIMIT 10000
