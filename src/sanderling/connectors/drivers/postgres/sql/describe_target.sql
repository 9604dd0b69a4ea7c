-- describe_target: the columns of a table that is written, and which of them are unique together.
-- A generated column cannot be written; a partial, deferred or broken index cannot decide an
-- ON CONFLICT.  atttypmod of varchar holds its length plus four.
SELECT a.attname,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4
            THEN a.atttypmod - 4
       END AS longest,
       c.relkind::text AS kind,
       COALESCE((
           SELECT pg_catalog.jsonb_agg((
                      SELECT pg_catalog.jsonb_agg(k.attname)
                        FROM pg_catalog.pg_attribute AS k
                       WHERE k.attrelid = c.oid
                         AND k.attnum = ANY(i.indkey::int2[])
                  ))
             FROM pg_catalog.pg_index AS i
            WHERE i.indrelid = c.oid
              AND i.indisunique
              AND i.indimmediate
              AND i.indisvalid
              AND i.indpred IS NULL
              AND i.indexprs IS NULL
       ), '[]') AS unique_together
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
 WHERE n.nspname = %(schema)s
   AND c.relname = %(table)s
   AND a.attnum > 0
   AND NOT a.attisdropped
   AND (pg_catalog.to_jsonb(a) ->> 'attgenerated') IS DISTINCT FROM 's'
 ORDER BY a.attnum
 LIMIT 1700
