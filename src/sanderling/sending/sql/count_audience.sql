-- count_audience: how many of the chosen audience, by the reason against them ('' for none).
SELECT reason, count(*)
  FROM sending_audience
 GROUP BY reason;
