-- expect_keys: how many keys of the organisation does the planner believe in?  Nothing is read.
EXPLAIN (FORMAT JSON)
SELECT k.contact_id
  FROM contacts_contactkey AS k
 WHERE k.organisation_id = %(organisation_id)s
