-- set_email_status: every contact with one of these addresses gets the status.
UPDATE contacts_contact c
   SET email_status = %(status)s,
       updated_at = now(),
       changed = pg_current_xact_id()
 WHERE c.organisation_id = %(organisation_id)s
   AND lower(c.email) = ANY(%(addresses)s::text[])
   AND c.email_status <> %(status)s;
