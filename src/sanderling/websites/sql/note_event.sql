-- note_event: what came last from a domain, for the page that says whether the script is there.
-- At most one a second and never waiting: a busy shop must not queue up at this one row.
UPDATE websites_domain
   SET last_event_at = now(),
       recent = (
           SELECT jsonb_agg(r.entry ORDER BY r.position)
             FROM jsonb_array_elements(jsonb_build_array(%(entry)s::jsonb) || recent)
                  WITH ORDINALITY AS r (entry, position)
            WHERE r.position <= 10
       )
 WHERE id = (
       SELECT d.id
         FROM websites_domain AS d
        WHERE d.id = %(domain_id)s
          AND (d.last_event_at IS NULL OR d.last_event_at < now() - interval '1 second')
          FOR UPDATE SKIP LOCKED
 );
