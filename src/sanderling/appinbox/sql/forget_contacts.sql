-- forget_contacts: forget the inboxes and readers of erased people.
DELETE FROM appinbox_session WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
DELETE FROM appinbox_entry WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
