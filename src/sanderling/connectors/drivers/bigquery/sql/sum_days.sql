-- sum_days: rows and checksums by day, over the same texts as on our side.
-- 48 bits of MD5 a row; a NUMERIC holds the sum of 10^14 of them.
SELECT {day} AS day,
       COUNT(*) AS n,
       SUM(CAST(CAST(CONCAT('0x', SUBSTR(TO_HEX(MD5(CONCAT({texts}))), 1, 12)) AS INT64)
           AS NUMERIC)) AS total
  FROM {table} AS R
 GROUP BY day
