-- settle_folded: a row that was folded into another shares what became of it.
WITH RECURSIVE ends AS (
    SELECT s.line, s.folded_into
      FROM contacts_staged s
     WHERE s.state = 'FOLDED'
    UNION ALL
    SELECT ends.line, next.folded_into
      FROM ends
      JOIN contacts_staged next
        ON next.line = ends.folded_into
     WHERE next.folded_into IS NOT NULL
)
UPDATE contacts_staged s
   SET contact_id = final.contact_id,
       reason = final.reason,
       state = CASE WHEN final.state = 'ADDED' THEN 'UPDATED' ELSE final.state END
  FROM ends
  JOIN contacts_staged final
    ON final.line = ends.folded_into
   AND final.folded_into IS NULL
 WHERE s.line = ends.line;
