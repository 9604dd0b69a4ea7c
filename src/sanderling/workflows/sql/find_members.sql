-- find_members: which of some contacts are among the people of a segment.
SELECT p.id
  FROM ({people}) AS p (id)
 WHERE p.id = ANY(%(these_contacts)s::bigint[])
