-- find_devices: where these contacts can be pushed to at this moment, the newest first.
SELECT d.contact_id, d.id, d.application_id, d.push_token, d.os_type, d.subscription
  FROM contacts_device AS d
 WHERE d.organisation_id = %(organisation_id)s
   AND d.contact_id = ANY (%(contact_ids)s::bigint[])
   AND d.category = %(category)s
   AND d.is_active
   AND (%(even_muted)s OR d.muted_until IS NULL OR d.muted_until <= now())
 ORDER BY d.contact_id, d.id DESC;
