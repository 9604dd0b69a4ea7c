-- insert_deliveries: claim one delivery for each person and step, unless it is claimed already.
-- A workflow or an API call that is tried again finds its first rows and adds none.
-- Consent is judged here for the answer's sake; it is judged again at the hand-over.
WITH addressed AS (
    SELECT w.contact_id, w.language, w.params, w.step, w.request_id, w.event_id,
           c.language AS contact_language,
           CASE WHEN %(media_type)s = 'Email' THEN c.email_status ELSE '' END AS email_status,
           c.deleted_at IS NULL AND c.id IS NOT NULL AS is_here,
           coalesce(nullif(w.address, ''), CASE WHEN %(media_type)s = 'Email' THEN c.email
                WHEN %(media_type)s = 'AppInbox' THEN c.id::text
                WHEN %(device)s = '' THEN c.phone
                ELSE coalesce((
                    SELECT v.push_token
                      FROM contacts_device v
                     WHERE v.contact_id = c.id
                       AND v.category = %(device)s
                       AND v.is_active
                       AND v.push_token <> ''
                       AND (v.muted_until IS NULL OR v.muted_until <= now()
                            OR NOT %(heeds_wishes)s)
                     ORDER BY v.id DESC
                     LIMIT 1), '')
           END, '') AS address
      FROM unnest(
           %(contact_ids)s::bigint[], %(addresses)s::text[], %(languages)s::text[],
           %(params)s::jsonb[], %(steps)s::text[], %(request_ids)s::uuid[],
           %(event_ids)s::bigint[]
           ) AS w (contact_id, address, language, params, step, request_id, event_id)
      LEFT JOIN contacts_contact c
        ON c.id = w.contact_id
       AND c.organisation_id = %(organisation_id)s
), wanted AS (
    SELECT a.*, s.reason AS suppressed
      FROM addressed a
      LEFT JOIN contacts_suppression s
        ON s.organisation_id = %(organisation_id)s
       AND s.channel = %(suppressed_as)s
       AND s.address = lower(a.address)
), wishes AS MATERIALIZED (
    SELECT DISTINCT s.contact_id
      FROM contacts_subscription s
      JOIN contacts_category k ON k.id = s.category_id
     WHERE k.organisation_id = %(organisation_id)s
       AND k.key = ANY(%(categories)s::text[])
       AND s.contact_id = ANY(%(contact_ids)s::bigint[])
), judged AS (
    SELECT contact_id, step, params, request_id, event_id,
           address,
           coalesce(nullif(language, ''), contact_language, '') AS language,
           CASE WHEN NOT is_here THEN 'DELETED'
                WHEN address = '' THEN 'NO_ADDRESS'
                WHEN %(media_type)s = 'Email' AND address NOT LIKE '%%_@_%%' THEN 'INVALID'
                WHEN email_status = 'BLACKLISTED' THEN 'BLACKLISTED'
                WHEN suppressed IN ('SPAM', 'HARD_BOUNCE', 'MANUAL') THEN 'SUPPRESSED'
                WHEN %(heeds_wishes)s
                 AND (suppressed IS NOT NULL OR email_status = 'UNSUBSCRIBED') THEN 'UNSUBSCRIBED'
                WHEN %(heeds_wishes)s AND email_status = 'UNCONFIRMED' THEN 'UNCONFIRMED'
                WHEN %(heeds_wishes)s AND cardinality(%(categories)s::text[]) > 0
                 AND contact_id NOT IN (SELECT contact_id FROM wishes) THEN 'NOT_SUBSCRIBED'
                ELSE ''
           END AS reason
      FROM wanted
)
INSERT INTO sending_delivery
       (contact_id, organisation_id, batch_id, origin_kind, origin_id, origin_step, content_id,
        media_type, address, language, params, request_id, event_id, status, reason,
        description, warnings, attempts, finished_at)
SELECT contact_id, %(organisation_id)s, CASE WHEN reason = '' THEN %(batch_id)s::bigint END,
       %(origin_kind)s, %(origin_id)s, step, %(content_id)s, %(media_type)s, address, language,
       params, request_id, event_id, CASE WHEN reason = '' THEN 'WAITING' ELSE 'EXCLUDED' END,
       reason, '', 0, 0, CASE WHEN reason = '' THEN NULL ELSE now() END
  FROM judged
    ON CONFLICT (contact_id, origin_kind, origin_id, origin_step) DO NOTHING
RETURNING contact_id, origin_step, status;
