-- use_session: use up the one token that works now; no row when it is another one.
UPDATE appinbox_session
   SET number = number + 1, used_at = now()
 WHERE contact_id = %(contact_id)s
   AND chain = %(chain)s::uuid
   AND organisation_id = %(organisation_id)s
   AND number = %(number)s
   AND used_at > now() - make_interval(days => %(days)s)
RETURNING number;
