-- join_contacts: what hangs on one contact hangs on another; the old rows are deleted afterwards.
-- New rows and no update: the contact of a row is what a distributed table is spread by.
INSERT INTO contacts_device (
    id, organisation_id, contact_id, application_id, category, device_id, push_token, app_version,
    client_version, device_model, os_type, os_version, language, time_zone, subscription,
    is_active, muted_until, created_at
)
SELECT d.id, d.organisation_id, %(contact_id)s, d.application_id, d.category, d.device_id,
       d.push_token, d.app_version, d.client_version, d.device_model, d.os_type, d.os_version,
       d.language, d.time_zone, d.subscription, d.is_active,
       d.muted_until, d.created_at
  FROM contacts_device d
 WHERE d.contact_id = %(former_id)s
   AND d.organisation_id = %(organisation_id)s;

INSERT INTO contacts_listmember (organisation_id, contact_id, list_id, added_at)
SELECT m.organisation_id, %(contact_id)s, m.list_id, m.added_at
  FROM contacts_listmember m
 WHERE m.contact_id = %(former_id)s
   AND m.organisation_id = %(organisation_id)s
    ON CONFLICT DO NOTHING;

INSERT INTO contacts_subscription (organisation_id, contact_id, category_id, since)
SELECT s.organisation_id, %(contact_id)s, s.category_id, s.since
  FROM contacts_subscription s
 WHERE s.contact_id = %(former_id)s
   AND s.organisation_id = %(organisation_id)s
    ON CONFLICT DO NOTHING;
