-- forget_contacts: forget who bought; what was bought stays in the books.
UPDATE orders_order
   SET email = '', phone = '', first_name = '', last_name = '', delivery_address = '',
       details = '{}', changed = pg_current_xact_id()
 WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
