-- select_drawn: the items at these places of a file.
SELECT r.place, r.cells
  FROM sources_copied AS r
 WHERE r.source_id = %(file_id)s
   AND r.generation = 0
   AND r.place = ANY (%(places)s)
 ORDER BY r.place
