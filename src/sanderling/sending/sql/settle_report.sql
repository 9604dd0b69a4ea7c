-- settle_report: move a delivery on to what a report says of it, never back.
-- The rank is the order of things; a failure and a delivery exclude each other, the first one
-- counts.  Opening and clicking happen again: those rows come back each time.
-- What a person had to decide about (UNSURE) a report decides: the provider had it.
WITH before AS MATERIALIZED (
    SELECT d.contact_id, d.id, d.reported, d.status
      FROM sending_delivery d
     WHERE d.contact_id = %(contact_id)s
       AND d.id = %(delivery_id)s
       AND d.organisation_id = %(organisation_id)s
       AND d.status IN ('HANDING', 'SENT', 'UNSURE')
       FOR UPDATE
)
UPDATE sending_delivery d
   SET reported = CASE WHEN b.reported = 'CLICKED' THEN b.reported ELSE %(fate)s END,
       status = CASE WHEN d.status = 'HANDING' THEN d.status
                     WHEN %(is_failure)s THEN 'REFUSED'
                     ELSE 'SENT'
                END,
       reason = CASE WHEN %(is_failure)s THEN %(fate)s ELSE '' END,
       description = %(description)s,
       finished_at = coalesce(d.finished_at, now())
  FROM before b
 WHERE d.contact_id = b.contact_id
   AND d.id = b.id
   AND (b.reported = ''
        OR NOT %(is_failure)s
       AND CASE b.reported
                WHEN 'DELIVERED' THEN %(fate)s IN ('READ', 'CLICKED')
                WHEN 'READ' THEN %(fate)s IN ('READ', 'CLICKED')
                WHEN 'CLICKED' THEN %(fate)s IN ('READ', 'CLICKED')
                ELSE FALSE
           END)
RETURNING d.contact_id, d.id, d.organisation_id, d.content_id, d.origin_kind, d.origin_id,
          d.origin_step, d.event_id, d.language, d.handed_at, d.address, d.params,
          d.media_type, b.reported AS was,
          b.status = 'UNSURE' AS was_unsure;
