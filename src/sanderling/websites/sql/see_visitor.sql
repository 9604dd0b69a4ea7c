-- see_visitor: note that a browser is here, and lock it till the end of the transaction.
-- One statement for the new and the known: a look-up before would race with the neighbour's insert.
INSERT INTO websites_visitor (organisation_id, cookie)
VALUES (%(organisation_id)s, %(cookie)s)
    ON CONFLICT (organisation_id, cookie) DO UPDATE
       SET last_seen_at = now()
RETURNING contact_id, said;
