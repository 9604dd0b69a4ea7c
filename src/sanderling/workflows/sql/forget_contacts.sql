-- forget_contacts: forget the runs of erased people.
DELETE FROM workflows_entrant WHERE contact_id = ANY (%(contact_ids)s::bigint[]);

DELETE FROM workflows_run WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
