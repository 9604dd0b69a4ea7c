-- list_unwritable: of the tables that we would write, those that we may not, or that are none.
SELECT c.relname,
       c.relkind IN ('r', 'p') AS is_table
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s
   AND c.relname = ANY(%(tables)s)
   AND (c.relkind NOT IN ('r', 'p')
        OR NOT pg_catalog.has_table_privilege(c.oid, 'SELECT')
        OR NOT pg_catalog.has_table_privilege(c.oid, 'INSERT')
        OR NOT pg_catalog.has_table_privilege(c.oid, 'UPDATE')
        OR NOT pg_catalog.has_table_privilege(c.oid, 'DELETE'))
 ORDER BY c.relname
 LIMIT 100
