-- recognise_key: the working key of a secret, by its hash, with the organisation that it opens.
-- One row by a unique index: it is asked at every call of the API.
SELECT k.id, k.organisation_id, k.description, k.start, k.digest, k.rights, k.is_active,
       k.created_by_id, k.created_at, k.last_used_at,
       o.name AS its_name, o.time_zone AS its_time_zone, o.language AS its_language,
       o.currency AS its_currency, o.second_person AS its_second_person,
       o.text_scalars AS its_text_scalars, o.password_calls AS its_password_calls,
       o.created_at AS its_created_at
  FROM accounts_apikey AS k
  JOIN accounts_organisation AS o ON o.id = k.organisation_id
 WHERE k.digest = %(digest)s
   AND k.is_active;
