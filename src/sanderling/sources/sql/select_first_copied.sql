-- select_first_copied: the first rows of a copy, for the page of its source.
SELECT r.cells
  FROM sources_copied AS r
 WHERE r.source_id = %(source_id)s
   AND r.generation = (SELECT c.generation
                         FROM sources_copy AS c
                        WHERE c.source_id = %(source_id)s)
 ORDER BY r.place
 LIMIT %(most)s
