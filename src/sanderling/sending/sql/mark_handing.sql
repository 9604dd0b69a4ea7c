-- mark_handing: these deliveries leave in this very moment, unless somebody has since said no.
-- One statement holds all that makes a hand-over happen at most once: the batch is still ours
-- (its row is locked against a new holder and against a pause), the delivery still waits, and
-- consent is read here and now.  handed_at is the mark by which the receipt finds its row.
WITH held AS MATERIALIZED (
    SELECT id
      FROM sending_batch
     WHERE id = %(batch_id)s
       AND lease = %(lease)s
       AND status = 'LEASED'
       FOR UPDATE
), wishes AS MATERIALIZED (
    SELECT DISTINCT s.contact_id
      FROM contacts_subscription s
      JOIN contacts_category k ON k.id = s.category_id
     WHERE k.organisation_id = %(organisation_id)s
       AND k.key = ANY(%(categories)s::text[])
       AND s.contact_id = ANY(%(contact_ids)s::bigint[])
), judged AS (
    SELECT w.contact_id, w.id,
           CASE WHEN c.id IS NULL OR c.deleted_at IS NOT NULL THEN 'DELETED'
                WHEN %(is_mail)s AND c.email_status = 'BLACKLISTED' THEN 'BLACKLISTED'
                WHEN s.reason IN ('SPAM', 'HARD_BOUNCE', 'MANUAL') THEN 'SUPPRESSED'
                WHEN %(heeds_wishes)s
                 AND (s.reason IS NOT NULL
                      OR %(is_mail)s AND c.email_status = 'UNSUBSCRIBED') THEN 'UNSUBSCRIBED'
                WHEN %(heeds_wishes)s AND %(is_mail)s
                 AND c.email_status = 'UNCONFIRMED' THEN 'UNCONFIRMED'
                WHEN %(heeds_wishes)s AND cardinality(%(categories)s::text[]) > 0
                 AND w.contact_id NOT IN (SELECT contact_id FROM wishes) THEN 'NOT_SUBSCRIBED'
                ELSE ''
           END AS reason
      FROM unnest(
           %(contact_ids)s::bigint[], %(delivery_ids)s::bigint[], %(addresses)s::text[]
           ) AS w (contact_id, id, address)
      LEFT JOIN contacts_contact c ON c.id = w.contact_id
      LEFT JOIN contacts_suppression s
        ON s.organisation_id = %(organisation_id)s
       AND s.channel = %(suppressed_as)s
       AND s.address = lower(w.address)
)
UPDATE sending_delivery d
   SET status = CASE WHEN j.reason = '' THEN 'HANDING' ELSE 'EXCLUDED' END,
       reason = j.reason,
       handed_at = CASE WHEN j.reason = '' THEN %(handed_at)s::timestamptz END,
       finished_at = CASE WHEN j.reason = '' THEN NULL ELSE now() END
  FROM judged j
 WHERE d.contact_id = j.contact_id
   AND d.id = j.id
   AND d.status = 'WAITING'
   AND EXISTS (SELECT FROM held)
RETURNING d.id, d.status;
