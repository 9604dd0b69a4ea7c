-- move_contact: the inbox and the readers of a contact become those of another one.
-- New rows and no update: the contact of a row is what a distributed table is spread by.
INSERT INTO appinbox_entry
       (id, organisation_id, contact_id, delivery_id, title, content, link, image, custom,
       created_at, expires_at, opened_at)
SELECT e.id, e.organisation_id, %(contact_id)s, e.delivery_id, e.title, e.content, e.link, e.image,
       e.custom, e.created_at, e.expires_at, e.opened_at
  FROM appinbox_entry AS e
 WHERE e.contact_id = %(former_id)s
   AND e.organisation_id = %(organisation_id)s
    ON CONFLICT DO NOTHING;
DELETE FROM appinbox_entry AS e
 WHERE e.contact_id = %(former_id)s
   AND e.organisation_id = %(organisation_id)s;

INSERT INTO appinbox_session (organisation_id, contact_id, chain, number, used_at)
SELECT s.organisation_id, %(contact_id)s, s.chain, s.number, s.used_at
  FROM appinbox_session AS s
 WHERE s.contact_id = %(former_id)s
   AND s.organisation_id = %(organisation_id)s
    ON CONFLICT DO NOTHING;
DELETE FROM appinbox_session AS s
 WHERE s.contact_id = %(former_id)s
   AND s.organisation_id = %(organisation_id)s;
