-- forget_contacts: forget who got a code; the code stays used.
UPDATE promocodes_promocode
   SET contact_id = NULL
 WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
