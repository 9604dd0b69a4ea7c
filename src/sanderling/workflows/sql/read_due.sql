-- read_due: the next due runs of a bucket, each with its contact as messages know it.
SELECT r.contact_id, r.id, r.organisation_id, r.workflow_id, r.version_id, r.event_id, r.event_key,
       r.event_type_key AS event_type, r.params, r.block, r.attempts,
       jsonb_array_length(r.path) AS steps,
       (SELECT count(*)
          FROM jsonb_array_elements(r.path) AS p (entry)
         WHERE p.entry ->> 'block' = r.block) AS visits,
       coalesce(nullif(c.time_zone, ''), o.time_zone) AS zone, o.time_zone AS office_zone,
       c.id IS NOT NULL AND c.deleted_at IS NULL AS is_here,
       jsonb_build_object(
           'contact_id', c.id, 'external_id', c.external_id, 'email', c.email, 'phone', c.phone,
           'first_name', c.first_name, 'last_name', c.last_name, 'language', c.language,
           'time_zone', c.time_zone, 'country', c.country, 'region', c.region, 'town', c.town,
           'street', c.address, 'postcode', c.postcode, 'contact_key', c.contact_key,
           'fields', c.fields
       ) AS contact
  FROM workflows_run AS r
  JOIN accounts_organisation AS o
    ON o.id = r.organisation_id
  LEFT JOIN contacts_contact AS c
    ON c.id = r.contact_id
   AND c.organisation_id = r.organisation_id
 WHERE r.bucket = %(bucket)s
   AND r.status = 'WAITING'
   AND r.due_at <= now()
 ORDER BY r.due_at, r.id
 LIMIT 500
