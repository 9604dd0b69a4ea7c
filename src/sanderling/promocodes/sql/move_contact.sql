-- move_contact: the codes that a contact was given are another one's.
UPDATE promocodes_promocode
   SET contact_id = %(contact_id)s
 WHERE contact_id = %(former_id)s
   AND organisation_id = %(organisation_id)s;
