-- count_people: how many contacts there are, of a list or of all, but no more than asked.
SELECT count(*)
  FROM (
    SELECT 1
      FROM contacts_contact c
     WHERE c.organisation_id = %(organisation_id)s
       AND (c.deleted_at IS NOT NULL) = %(deleted)s
       AND (%(list_id)s::bigint IS NULL
            OR c.id IN (SELECT m.contact_id
                          FROM contacts_listmember m
                         WHERE m.list_id = %(list_id)s::bigint))
     LIMIT %(limit)s
  ) AS counted;
