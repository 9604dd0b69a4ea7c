-- forget_contacts: forget erased people in segments.
DELETE FROM segments_member WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
