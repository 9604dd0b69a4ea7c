-- list_schemas: the schemas that the connected role may look into.
-- PostgreSQL's own are left out by name: pg_toast and pg_temp have numbered sisters.
SELECT n.nspname
  FROM pg_catalog.pg_namespace AS n
 WHERE n.nspname <> 'information_schema'
   AND n.nspname !~ '^pg_'
   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
 ORDER BY n.nspname = 'public' DESC, n.nspname
 LIMIT 1000
