-- recognise_token: what a living token opens, and the organisation for which it acts.
-- One row by the token's hash (unique), in one round trip: it is asked at every call of an app.  The
-- person must still be a member, and the rights are the app's of this moment.
SELECT o.id, o.name, o.time_zone, o.language, o.currency, o.second_person, o.text_scalars,
       o.password_calls, o.created_at,
       t.id AS token_id, t.user_id, t.last_used_at AS token_used_at,
       a.id AS app_id, a.name AS app_name, a.scopes AS app_scopes
  FROM oauth_accesstoken AS t
  JOIN oauth_application AS a ON a.id = t.application_id
  JOIN accounts_organisation AS o ON o.id = t.organisation_id
  JOIN accounts_user AS u ON u.id = t.user_id AND u.is_active
  JOIN accounts_membership AS m ON m.organisation_id = o.id AND m.user_id = u.id
 WHERE t.token_checksum = %(checksum)s
   AND t.expires > now()
 LIMIT 1;
