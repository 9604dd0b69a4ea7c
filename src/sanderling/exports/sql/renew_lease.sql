-- renew_lease: hold on for two minutes more, if the lease is still ours.
UPDATE exports_export
   SET lease_until = now() + interval '2 minutes'
 WHERE id = %(export_id)s
   AND lease = %(lease)s
