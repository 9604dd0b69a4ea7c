-- lease_export: take one export for two minutes, unless somebody has it.
UPDATE exports_export
   SET lease = %(lease)s,
       lease_until = now() + interval '2 minutes'
 WHERE id = %(export_id)s
   AND (lease_until IS NULL OR lease_until < now())
RETURNING id
