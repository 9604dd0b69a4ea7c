-- forget_contacts: forget which message brought erased people to buy.
DELETE FROM revenue_revenue WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
