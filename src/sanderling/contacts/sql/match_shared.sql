-- match_shared: where several contacts carry one address, choose as the API promises (api.md §5.4.3).
-- The key of an address finds whoever had it first.  A new external ID prefers the contact that has
-- none yet (rule 4), and a bulk call the one that was updated last (rule 3).  Only rows whose address
-- is somebody's are looked at; in a file only those that would make a second contact of it.
WITH shared AS (
    SELECT s.line, s.external_id, s.email_key, s.phone, s.token,
           CASE WHEN 'EMAIL' = ANY(%(kinds)s) AND s.email_key <> ''
                 AND 'EMAIL' <> ALL(s.free_kinds) THEN 'EMAIL'
                WHEN 'PHONE' = ANY(%(kinds)s) AND s.phone <> ''
                 AND 'PHONE' <> ALL(s.free_kinds) THEN 'PHONE'
           END AS kind
      FROM contacts_staged s
     WHERE (s.state = 'NEW' OR (s.state = 'MATCHED' AND %(freshest)s))
       AND %(match)s NOT IN ('ID', 'FIELD')
       AND (s.external_id IS NULL OR 'EXTERNAL_ID' = ANY(s.free_kinds))
), best AS (
    SELECT shared.line, c.id, c.external_id, c.email, c.phone
      FROM shared
     CROSS JOIN LATERAL (
        (SELECT e.id, e.external_id, e.email, e.phone, e.updated_at
           FROM contacts_contact e
          WHERE shared.kind = 'EMAIL'
            AND e.organisation_id = %(organisation_id)s
            AND lower(e.email) = shared.email_key
            AND (shared.external_id IS NULL OR e.external_id = '')
            AND e.deleted_at IS NULL)
        UNION ALL
        (SELECT p.id, p.external_id, p.email, p.phone, p.updated_at
           FROM contacts_contact p
          WHERE shared.kind = 'PHONE'
            AND p.organisation_id = %(organisation_id)s
            AND p.phone = shared.phone
            AND (shared.external_id IS NULL OR p.external_id = '')
            AND p.deleted_at IS NULL)
         ORDER BY updated_at DESC, id DESC
         LIMIT 1
     ) AS c
)
UPDATE contacts_staged s
   SET contact_id = best.id,
       state = 'MATCHED',
       reason = NULL,
       attaches = COALESCE(s.external_id <> best.external_id, false),
       renews = COALESCE(s.external_id <> best.external_id, false)
                OR COALESCE(s.email_key <> lower(best.email), false)
                OR COALESCE(s.phone <> best.phone, false)
                OR s.token IS NOT NULL
  FROM best
 WHERE best.line = s.line
   AND s.contact_id <> best.id;
