-- read_devices: the devices of a window; a contact that changed sends its devices again.
-- Of one device that went from hand to hand the newest row counts.
SELECT NULLIF(d.app_version, '') AS "appVersion",
       d.application_id AS "applicationId",
       d.category AS "category",
       d.contact_id AS "contactId",
       COALESCE(NULLIF(d.device_id, ''), d.id::text) AS "deviceId",
       NULLIF(d.device_model, '') AS "deviceModel",
       NULLIF(c.external_id, '') AS "externalCustomerId",
       NULLIF(d.language, '') AS "languageCode",
       NULLIF(d.os_type, '') AS "osType",
       NULLIF(d.os_version, '') AS "osVersion",
       NULLIF(d.push_token, '') AS "pushToken",
       NULLIF(d.time_zone, '') AS "timeZone"
  FROM contacts_device AS d
  JOIN contacts_contact AS c
    ON c.id = d.contact_id
   AND c.organisation_id = d.organisation_id
 WHERE d.organisation_id = %(organisation_id)s
   AND (d.changed >= %(low)s::xid8 AND d.changed < %(high)s::xid8
        OR c.changed >= %(low)s::xid8 AND c.changed < %(high)s::xid8)
   AND c.deleted_at IS NULL
   AND NOT EXISTS (
       SELECT
         FROM contacts_device AS n
         JOIN contacts_contact AS h
           ON h.id = n.contact_id
          AND h.deleted_at IS NULL
        WHERE n.organisation_id = d.organisation_id
          AND n.application_id = d.application_id
          AND COALESCE(NULLIF(n.device_id, ''), n.id::text)
              = COALESCE(NULLIF(d.device_id, ''), d.id::text)
          AND n.id > d.id
   )
