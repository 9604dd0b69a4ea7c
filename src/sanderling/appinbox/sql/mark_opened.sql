-- mark_opened: mark entries of one inbox, or all; return the deliveries that were not opened yet.
UPDATE appinbox_entry
   SET opened_at = now()
 WHERE contact_id = %(contact_id)s
   AND id IN (
       SELECT e.id
         FROM appinbox_entry AS e
        WHERE e.contact_id = %(contact_id)s
          AND e.organisation_id = %(organisation_id)s
          AND e.opened_at IS NULL
          AND (%(ids)s::bigint[] IS NULL OR e.id = ANY (%(ids)s::bigint[]))
        ORDER BY e.id
        LIMIT %(most)s
          FOR UPDATE
   )
RETURNING delivery_id;
