-- give_code: take the next free code of a pool for one contact.
-- SKIP LOCKED: callers at the same moment take different codes and never wait for each other.
-- The code that expires first goes first, so that a pool does not rot from its old end.
UPDATE promocodes_promocode
   SET is_used = true,
       contact_id = %(contact_id)s,
       given_for = %(given_for)s,
       given_at = now()
 WHERE id = (
       SELECT p.id
         FROM promocodes_promocode AS p
        WHERE p.organisation_id = %(organisation_id)s
          AND p.type = %(type)s
          AND NOT p.is_used
          AND (p.expires_at IS NULL OR p.expires_at > now())
        ORDER BY p.expires_at NULLS LAST, p.id
        LIMIT 1
          FOR UPDATE SKIP LOCKED
 )
RETURNING id;
