-- remember_claims: what a browser said of itself while no contact has these names.
UPDATE websites_visitor
   SET said = %(said)s
 WHERE organisation_id = %(organisation_id)s AND cookie = %(cookie)s;
