-- load_codes: add codes to a pool; codes that exist get the new terms.
-- A code that was given to somebody stays theirs: only its terms change.
INSERT INTO promocodes_promocode AS existing
       (organisation_id, code, type, discount, expires_at, is_used, given_for)
SELECT %(organisation_id)s, c.code, %(type)s, %(discount)s, %(expires_at)s, %(is_used)s, ''
  FROM (SELECT DISTINCT n.code FROM unnest(%(codes)s::text[]) AS n (code)) AS c
 ORDER BY c.code
    ON CONFLICT (organisation_id, code) DO UPDATE
   SET type = EXCLUDED.type,
       discount = EXCLUDED.discount,
       expires_at = EXCLUDED.expires_at,
       is_used = EXCLUDED.is_used OR existing.contact_id IS NOT NULL;
