-- select_copied: the rows of these keys, each key's in the order of the table.
-- The generation is asked in the same statement: a switch in between would find nothing, and a
-- message would go out without its rows.  One row more than allowed is read per key: that is how
-- a cut is noticed.
SELECT q.key, q.cells
  FROM (
       SELECT r.key, r.cells, r.place,
              row_number() OVER (PARTITION BY r.key ORDER BY r.place) AS n
         FROM sources_copied AS r
        WHERE r.source_id = %(source_id)s
          AND r.generation = (SELECT c.generation
                                FROM sources_copy AS c
                               WHERE c.source_id = %(source_id)s)
          AND r.key = ANY (%(keys)s)
       ) AS q
 WHERE q.n <= %(most)s
 ORDER BY q.key, q.place
