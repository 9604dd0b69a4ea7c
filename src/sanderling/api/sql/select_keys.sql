-- select_keys: the working keys of a batch of calls, by the hashes of their secrets.
-- A key whose last use is old is left out: the ordinary road writes the use down, or finds that
-- the key has been idle for too long.
SELECT k.digest, k.id, k.organisation_id, k.rights
  FROM accounts_apikey AS k
 WHERE k.digest = ANY(%(digests)s::text[])
   AND k.is_active
   AND k.last_used_at > now() - interval '5 minutes';
