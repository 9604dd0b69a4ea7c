-- defer_attaching: of several rows that mean one contact, let the first go and the others wait.
-- They differ by external ID, and once the first has given the contact its own, they mean others.
UPDATE contacts_staged s
   SET state = 'WAITING',
       contact_id = CASE WHEN %(match)s = 'ID' THEN s.contact_id END
  FROM (
    SELECT contact_id, min(line) AS first_line
      FROM contacts_staged
     WHERE state = 'MATCHED'
     GROUP BY contact_id
    HAVING count(*) > 1
  ) AS crowd
 WHERE s.state = 'MATCHED'
   AND s.contact_id = crowd.contact_id
   AND s.line <> crowd.first_line;
