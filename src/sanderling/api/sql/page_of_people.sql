-- page_of_people: a page of the ids that a segment's statement finds, and how many there are.
-- The contract counts rows from startindex, so a page cannot be a keyset here.
WITH people AS MATERIALIZED ({people})
SELECT (SELECT count(*) FROM people),
       ARRAY(
           SELECT p.id
             FROM people AS p
            ORDER BY CASE WHEN %(api_backwards)s THEN -p.id ELSE p.id END
           OFFSET %(api_start)s
            LIMIT %(api_rows)s
       );
