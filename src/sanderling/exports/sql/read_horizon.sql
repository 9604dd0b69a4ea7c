-- read_horizon: below which transaction id everything is decided, and who we are.
-- Transactions in progress, and all after the oldest of them, wait for a later window: that is
-- what neither a timestamp nor a sequence can promise (10-12 %% of concurrent rows were lost).
-- The timeline changes with every restore to a point in time, the database's oid with a dump.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS high,
       s.system_identifier::text || '-' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
           || '-' || d.oid::text AS source,
       clock_timestamp() AS now,
       COALESCE(EXTRACT(epoch FROM clock_timestamp() - min(a.xact_start)), 0)::float AS held
  FROM pg_control_system() AS s
  JOIN pg_database AS d
    ON d.datname = current_database()
  LEFT JOIN pg_stat_activity AS a
    ON a.datid = d.oid
   AND a.backend_xid IS NOT NULL
 GROUP BY s.system_identifier, d.oid
