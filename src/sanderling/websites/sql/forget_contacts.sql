-- forget_contacts: the browsers of erased people are nobody's any more, and unknown.
DELETE FROM websites_hit
 WHERE (organisation_id, cookie) IN (
       SELECT v.organisation_id, v.cookie
         FROM websites_visitor AS v
        WHERE v.contact_id = ANY (%(contact_ids)s::bigint[]) AND v.contact_id > 0
 );
DELETE FROM websites_visitor
 WHERE contact_id = ANY (%(contact_ids)s::bigint[]) AND contact_id > 0;
