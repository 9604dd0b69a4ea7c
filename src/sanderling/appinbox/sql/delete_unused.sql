-- delete_unused: a batch of sessions that nobody uses any more.
DELETE FROM appinbox_session
 WHERE (contact_id, chain) IN (
       SELECT s.contact_id, s.chain
         FROM appinbox_session AS s
        WHERE s.used_at < now() - make_interval(days => %(days)s)
        ORDER BY s.used_at
        LIMIT %(limit)s
 );
