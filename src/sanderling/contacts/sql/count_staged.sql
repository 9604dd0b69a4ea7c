-- count_staged: what became of the rows.
SELECT s.state, count(*)
  FROM contacts_staged s
 GROUP BY s.state;
