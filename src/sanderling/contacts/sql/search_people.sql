-- search_people: contacts whose address, name or number begins with what was typed, exact ones first.
-- Each branch walks one index and stops after 200, so "a" among a million answers as fast as
-- a whole address does (under 10 ms); the caller asks for more letters instead of more pages.
WITH hits AS (
    (SELECT c.id, 0 AS place
       FROM contacts_contact c
      WHERE c.organisation_id = %(organisation_id)s AND c.id = %(number)s)
    UNION ALL
    (SELECT c.id, CASE WHEN lower(c.email) = %(text)s THEN 0 ELSE 2 END
       FROM contacts_contact c
      WHERE c.organisation_id = %(organisation_id)s AND lower(c.email) LIKE %(beginning)s
      ORDER BY lower(c.email) USING ~<~
      LIMIT 200)
    UNION ALL
    (SELECT c.id, CASE WHEN c.external_id = %(exact)s THEN 0 ELSE 2 END
       FROM contacts_contact c
      WHERE c.organisation_id = %(organisation_id)s AND c.external_id LIKE %(external)s
      ORDER BY c.external_id USING ~<~
      LIMIT 200)
    UNION ALL
    (SELECT c.id, CASE WHEN c.phone = %(digits)s THEN 0 ELSE 2 END
       FROM contacts_contact c
      WHERE c.organisation_id = %(organisation_id)s AND c.phone LIKE %(phone)s
      ORDER BY c.phone USING ~<~
      LIMIT 200)
    UNION ALL
    (SELECT c.id, 1
       FROM contacts_contact c
      WHERE c.organisation_id = %(organisation_id)s
        AND c.last_name <> ''
        AND lower(c.last_name) LIKE %(first_word)s
        AND lower(c.first_name) LIKE %(second_word)s
      LIMIT 200)
    UNION ALL
    (SELECT c.id, 1
       FROM contacts_contact c
      WHERE c.organisation_id = %(organisation_id)s
        AND c.first_name <> ''
        AND lower(c.first_name) LIKE %(first_word)s
        AND lower(c.last_name) LIKE %(second_word)s
      LIMIT 200)
)
SELECT hits.id
  FROM hits
 GROUP BY hits.id
 ORDER BY min(hits.place), hits.id DESC;
