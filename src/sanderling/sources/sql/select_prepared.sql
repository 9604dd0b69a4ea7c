-- select_prepared: the rows of these contacts by their e-mail addresses, in the file's order.
-- One row more than allowed is read per contact: that is how a cut is noticed.
SELECT q.contact_id, q.cells
  FROM (
       SELECT c.id AS contact_id, r.cells, r.place,
              row_number() OVER (PARTITION BY c.id ORDER BY r.place) AS n
         FROM contacts_contact AS c
         JOIN sources_copied AS r
           ON r.source_id = %(file_id)s
          AND r.generation = 0
          AND r.key = lower(c.email)
        WHERE c.organisation_id = %(organisation_id)s
          AND c.id = ANY (%(contact_ids)s)
          AND c.email <> ''
       ) AS q
 WHERE q.n <= %(most)s
 ORDER BY q.contact_id, q.place
