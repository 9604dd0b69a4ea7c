-- find_losers: rows that did not get a key they need wait for the next round.
-- A statement of its own after the claims, so it sees what others committed while we waited.
WITH losers AS (
    SELECT DISTINCT claimed.line, claimed.contact_id, claimed.state
      FROM contacts_claimed claimed
      LEFT JOIN contacts_contactkey k
        ON k.organisation_id = %(organisation_id)s
       AND k.kind = claimed.kind
       AND k.value = claimed.value
       AND k.contact_id = claimed.contact_id
     WHERE claimed.is_needed
       AND k.contact_id IS NULL
), given_back AS (
    DELETE FROM contacts_contactkey k
     USING losers
      JOIN contacts_claimed claimed USING (line)
      LEFT JOIN contacts_contact c
        ON c.id = claimed.contact_id
     WHERE k.organisation_id = %(organisation_id)s
       AND k.kind = claimed.kind
       AND k.value = claimed.value
       AND k.contact_id = claimed.contact_id
       AND (c.id IS NULL
            OR (k.kind = 'EMAIL' AND k.value <> lower(c.email))
            OR (k.kind = 'PHONE' AND k.value <> c.phone)
            OR k.kind = 'TOKEN')
)
UPDATE contacts_staged s
   SET state = 'WAITING',
       contact_id = CASE WHEN %(match)s = 'ID' THEN s.contact_id END
  FROM losers
 WHERE s.line = losers.line;

DROP TABLE contacts_claimed;
