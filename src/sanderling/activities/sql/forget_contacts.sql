-- forget_contacts: forget the facts and totals of erased people.
DELETE FROM activities_rollup WHERE contact_id = ANY (%(contact_ids)s::bigint[]);

DELETE FROM activities_activity WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
