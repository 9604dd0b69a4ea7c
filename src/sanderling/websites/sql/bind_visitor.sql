-- bind_visitor: the browser is this contact's from now on.
UPDATE websites_visitor
   SET contact_id = %(contact_id)s, held = 0, said = '{}'
 WHERE organisation_id = %(organisation_id)s AND cookie = %(cookie)s;
