-- count_calls: calls and errors of one caller in each of the last hours, oldest hour first.
-- Hours without calls have a row too: the plot shows silence.
SELECT h.at,
       count(c.id),
       count(c.id) FILTER (WHERE c.status >= 400)
  FROM generate_series(
           date_trunc('hour', now()) - make_interval(hours => %(hours)s),
           date_trunc('hour', now()),
           interval '1 hour'
       ) AS h (at)
  LEFT JOIN accounts_apicall AS c
    ON c.organisation_id = %(organisation_id)s
   AND c.caller = %(caller)s
   AND c.at >= h.at
   AND c.at < h.at + interval '1 hour'
 GROUP BY h.at
 ORDER BY h.at;
