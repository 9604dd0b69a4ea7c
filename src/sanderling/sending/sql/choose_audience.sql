-- choose_audience: of the people in sending_people, who gets it, and why the others do not.
-- The audience of this moment, in one snapshot; the rows left out keep their reason for good,
-- so that "why didn't she get it" is answered by a row and not by guessing afterwards.
-- The order of the reasons is the order in which a marketer would want to hear them.
-- Where a channel finds a person is in addressing.py; the states of double opt-in are about mail.
-- %(heeds_wishes)s is false for transactional messages (docs/design/sending.md, "Consent").
CREATE TEMPORARY TABLE sending_audience ON COMMIT DROP AS
WITH wishes AS MATERIALIZED (
    SELECT DISTINCT s.contact_id
      FROM contacts_subscription s
      JOIN contacts_category k ON k.id = s.category_id
     WHERE k.organisation_id = %(organisation_id)s
       AND k.key = ANY(%(categories)s::text[])
), addressed AS (
    SELECT c.id,
           c.language,
           CASE WHEN %(media_type)s = 'Email' THEN c.email_status ELSE '' END AS email_status,
           CASE WHEN %(media_type)s = 'Email' THEN c.email
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
           END AS address
      FROM sending_people p
      JOIN contacts_contact c ON c.id = p.contact_id
     WHERE c.organisation_id = %(organisation_id)s
       AND c.deleted_at IS NULL
), judged AS (
    SELECT c.id AS contact_id,
           c.address,
           c.language,
           CASE WHEN c.address = '' THEN 'NO_ADDRESS'
                WHEN %(media_type)s = 'Email' AND c.address NOT LIKE '%%_@_%%' THEN 'INVALID'
                WHEN c.email_status = 'BLACKLISTED' THEN 'BLACKLISTED'
                WHEN s.reason IN ('SPAM', 'HARD_BOUNCE', 'MANUAL') THEN 'SUPPRESSED'
                WHEN %(heeds_wishes)s
                 AND (s.reason IS NOT NULL OR c.email_status = 'UNSUBSCRIBED') THEN 'UNSUBSCRIBED'
                WHEN %(heeds_wishes)s AND c.email_status = 'UNCONFIRMED' THEN 'UNCONFIRMED'
                WHEN %(heeds_wishes)s AND cardinality(%(categories)s::text[]) > 0
                 AND c.id NOT IN (SELECT contact_id FROM wishes) THEN 'NOT_SUBSCRIBED'
                ELSE ''
           END AS reason
      FROM addressed c
      LEFT JOIN contacts_suppression s
        ON s.organisation_id = %(organisation_id)s
       AND s.channel = %(suppressed_as)s
       AND s.address = lower(c.address)
), once AS (
    SELECT contact_id, address, language,
           CASE WHEN reason = '' AND row_number() OVER (
                         PARTITION BY lower(address), reason ORDER BY contact_id) > 1
                THEN 'DUPLICATE_ADDRESS'
                ELSE reason
           END AS reason
      FROM judged
)
SELECT contact_id, address, language, reason,
       CASE WHEN reason = ''
            THEN (row_number() OVER (PARTITION BY reason = '' ORDER BY contact_id) - 1)
                 / %(batch_size)s
       END AS number
  FROM once;
ANALYZE sending_audience;
