-- forget_rows: what has one of these keys must go.
DELETE FROM {table} AS T
 WHERE {key} IN UNNEST(@keys)
