-- insert_new: the new people become contacts under the numbers that own their keys.
INSERT INTO contacts_contact (
    id, organisation_id, external_id, email, phone, email_status, first_name, last_name, language,
    time_zone, country, region, town, address, postcode, contact_key, source, fields
)
SELECT s.contact_id, %(organisation_id)s, COALESCE(s.external_id, ''), COALESCE(s.email, ''),
       COALESCE(s.phone, ''),
       CASE WHEN u.reason IN ('HARD_BOUNCE', 'MANUAL') THEN 'BLACKLISTED'
            WHEN u.reason IS NOT NULL THEN 'UNSUBSCRIBED'
            ELSE %(email_status)s END,
       COALESCE(s.first_name, ''),
       COALESCE(s.last_name, ''), COALESCE(s.language, ''), COALESCE(s.time_zone, ''),
       COALESCE(s.country, ''), COALESCE(s.region, ''), COALESCE(s.town, ''),
       COALESCE(s.address, ''), COALESCE(s.postcode, ''), COALESCE(s.contact_key, ''),
       %(source)s, jsonb_strip_nulls(COALESCE(s.fields, '{}'))
  FROM contacts_staged s
  LEFT JOIN contacts_suppression u  -- it holds for contacts that come later
    ON u.organisation_id = %(organisation_id)s
   AND u.channel = 'EMAIL'
   AND u.address = s.email_key
 WHERE s.state = 'NEW'
 ORDER BY s.line;
