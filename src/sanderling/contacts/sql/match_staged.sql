-- match_staged: say for each waiting row whom it means, or give it the number of a new contact.
-- An external ID goes first; an unknown one joins the contact of its address if that has none yet.
-- Each kind of key is one look-up in the primary key of contacts_contactkey.
WITH wanted AS (
    SELECT s.line,
           COALESCE(
               CASE WHEN %(match)s = 'ID' THEN s.contact_id END,
               x.contact_id,
               CASE WHEN %(match)s = 'FIELD' THEN s.contact_id END,
               CASE WHEN s.external_id IS NULL OR ec.external_id = '' THEN e.contact_id END,
               CASE WHEN s.external_id IS NULL OR pc.external_id = '' THEN p.contact_id END,
               CASE WHEN s.external_id IS NULL OR tc.external_id = '' THEN t.contact_id END
           ) AS contact_id,
           x.contact_id AS external_owner,
           s.external_id IS NULL AND COALESCE(s.email_key, '') = ''
               AND COALESCE(s.phone, '') = '' AND s.token IS NULL AS is_nameless,
           array_remove(ARRAY[
               CASE WHEN x.contact_id IS NULL THEN 'EXTERNAL_ID' END,
               CASE WHEN e.contact_id IS NULL THEN 'EMAIL' END,
               CASE WHEN p.contact_id IS NULL THEN 'PHONE' END,
               CASE WHEN t.contact_id IS NULL THEN 'TOKEN' END
           ], NULL) AS free_kinds
      FROM contacts_staged s
      LEFT JOIN contacts_contactkey x
        ON x.organisation_id = %(organisation_id)s
       AND x.kind = 'EXTERNAL_ID'
       AND x.value = s.external_id
      LEFT JOIN contacts_contactkey e
        ON e.organisation_id = %(organisation_id)s
       AND e.kind = 'EMAIL'
       AND e.value = s.email_key
       AND 'EMAIL' = ANY(%(kinds)s)
      LEFT JOIN contacts_contact ec
        ON ec.id = e.contact_id
       AND s.external_id IS NOT NULL
      LEFT JOIN contacts_contactkey p
        ON p.organisation_id = %(organisation_id)s
       AND p.kind = 'PHONE'
       AND p.value = s.phone
       AND 'PHONE' = ANY(%(kinds)s)
      LEFT JOIN contacts_contact pc
        ON pc.id = p.contact_id
       AND s.external_id IS NOT NULL
      LEFT JOIN contacts_contactkey t
        ON t.organisation_id = %(organisation_id)s
       AND t.kind = 'TOKEN'
       AND t.value = s.token
       AND 'TOKEN' = ANY(%(kinds)s)
      LEFT JOIN contacts_contact tc
        ON tc.id = t.contact_id
       AND s.external_id IS NOT NULL
     WHERE s.state = 'WAITING'
), found AS (
    SELECT wanted.*,
           c.id AS known_id,
           c.external_id AS own_external_id,
           c.email AS own_email,
           c.phone AS own_phone,
           c.deleted_at
      FROM wanted
      LEFT JOIN contacts_joining joined  -- who became a part of somebody is that one
        ON joined.organisation_id = %(organisation_id)s
       AND joined.former_id = wanted.contact_id
      LEFT JOIN contacts_contact c
        ON c.id = COALESCE(joined.contact_id, wanted.contact_id)
       AND c.organisation_id = %(organisation_id)s
)
UPDATE contacts_staged s
   SET contact_id = COALESCE(
           found.known_id, nextval(pg_get_serial_sequence('contacts_contact', 'id'))
       ),
       state = CASE
           WHEN found.known_id IS NULL AND %(match)s = 'ID' THEN 'REJECTED'
           WHEN found.known_id IS NULL AND found.is_nameless THEN 'REJECTED'
           WHEN found.known_id IS NULL THEN 'NEW'
           WHEN found.deleted_at IS NOT NULL AND NOT %(restore)s THEN 'REJECTED'
           WHEN found.external_owner <> found.known_id THEN 'REJECTED'
           ELSE 'MATCHED'
       END,
       reason = CASE
           WHEN found.known_id IS NULL AND %(match)s = 'ID' THEN 'There is no contact with this ID.'
           WHEN found.known_id IS NULL AND found.is_nameless
               THEN 'Nobody has this value, and a new contact needs an address.'
           WHEN found.known_id IS NULL THEN NULL
           WHEN found.deleted_at IS NOT NULL AND NOT %(restore)s
               THEN 'This contact was deleted and is not to be restored.'
           WHEN found.external_owner <> found.known_id
               THEN 'This external ID belongs to another contact.'
       END,
       free_kinds = found.free_kinds,
       attaches = COALESCE(s.external_id <> found.own_external_id, false),
       renews = COALESCE(s.external_id <> found.own_external_id, false)
                OR COALESCE(s.email_key <> lower(found.own_email), false)
                OR COALESCE(s.phone <> found.own_phone, false)
                OR s.token IS NOT NULL
  FROM found
 WHERE found.line = s.line;
