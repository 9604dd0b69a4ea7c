-- renew_copying: say how far we are, and hold the lease for two more minutes.
-- No row comes back when another worker has taken it meanwhile: then we stop.
UPDATE sources_copy
   SET lease_until = now() + interval '2 minutes',
       progress = %(progress)s
 WHERE source_id = %(source_id)s
   AND lease = %(lease)s
RETURNING generation
