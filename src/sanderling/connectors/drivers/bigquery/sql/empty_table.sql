-- empty_table: all rows go; free of charge.
TRUNCATE TABLE {table}
