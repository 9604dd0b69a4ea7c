-- count_rows: answered from metadata, without reading a byte.
SELECT COUNT(*) AS n
  FROM {table}
