-- count_people: how many people a condition finds, and the first of them by id.
-- The people are found once and written aside: the count and the first ids read the same rows,
-- where two statements would evaluate the condition twice.
WITH people AS MATERIALIZED ({people})
SELECT (SELECT count(*) FROM people),
       ARRAY(SELECT p.id FROM people AS p ORDER BY p.id LIMIT %(shown)s)
