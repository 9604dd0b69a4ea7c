-- forget_contacts: forget the events of erased people.
DELETE FROM events_event WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
