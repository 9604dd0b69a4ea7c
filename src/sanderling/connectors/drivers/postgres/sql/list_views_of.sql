-- list_views_of: the views on a table that bear a mark, with what makes them again.
SELECT DISTINCT v.relname,
       pg_catalog.pg_get_viewdef(v.oid) AS query,
       pg_catalog.obj_description(v.oid, 'pg_class') AS mark
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_depend AS d
    ON d.refclassid = 'pg_catalog.pg_class'::regclass
   AND d.refobjid = c.oid
   AND d.classid = 'pg_catalog.pg_rewrite'::regclass
  JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid
  JOIN pg_catalog.pg_class AS v ON v.oid = r.ev_class
 WHERE n.nspname = %(schema)s
   AND c.relname = %(table)s
   AND v.relnamespace = n.oid
   AND v.relkind = 'v'
   AND pg_catalog.obj_description(v.oid, 'pg_class') LIKE %(mark)s
 ORDER BY v.relname
