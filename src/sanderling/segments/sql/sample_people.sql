-- sample_people: some people of a condition, anyhow chosen.
-- random() over all of them: a segment's preview must not always show its oldest contacts.
WITH people AS MATERIALIZED ({people})
SELECT ARRAY(SELECT p.id FROM people AS p ORDER BY random() LIMIT %(size)s)
