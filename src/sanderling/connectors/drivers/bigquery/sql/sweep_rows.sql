-- sweep_rows: what has none of the kept keys must go.
DELETE FROM {table} AS T
 WHERE NOT EXISTS (SELECT 1 FROM {kept} AS S WHERE {condition})
