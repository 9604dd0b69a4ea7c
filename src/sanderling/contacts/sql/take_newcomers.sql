-- take_newcomers: take the next newcomers of an import off its list.
DELETE FROM contacts_newcomer n
 USING (
    SELECT contact_id
      FROM contacts_newcomer
     WHERE import_id = %(import_id)s
     ORDER BY contact_id
     LIMIT %(limit)s
 ) AS next
 WHERE n.import_id = %(import_id)s
   AND n.contact_id = next.contact_id
RETURNING n.contact_id;
