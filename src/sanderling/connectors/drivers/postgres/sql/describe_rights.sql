-- describe_rights: what the connected role may do in a schema, in one row.
-- to_regnamespace instead of the name: has_schema_privilege raises for a schema that is not there.
SELECT pg_catalog.to_regnamespace(pg_catalog.quote_ident(%(schema)s)) IS NOT NULL AS is_there,
       COALESCE(pg_catalog.has_schema_privilege(
           pg_catalog.to_regnamespace(pg_catalog.quote_ident(%(schema)s)), 'USAGE'), false) AS uses,
       COALESCE(pg_catalog.has_schema_privilege(
           pg_catalog.to_regnamespace(pg_catalog.quote_ident(%(schema)s)), 'CREATE'), false) AS makes,
       pg_catalog.pg_is_in_recovery() AS is_replica,
       pg_catalog.current_setting('server_version_num')::int AS version
