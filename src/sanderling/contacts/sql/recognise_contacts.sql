-- recognise_contacts: who bears these names, of those that are not deleted.
-- The keys are found first and the contacts by an uncorrelated subquery: keys are distributed
-- by value and contacts by id, and a correlated look-up across both is refused when distributed.
WITH named AS (
    SELECT k.kind, k.value, k.contact_id
      FROM contacts_contactkey AS k
     WHERE k.organisation_id = %(organisation_id)s
       AND (k.kind, k.value) IN (
           SELECT w.kind, w.value
             FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS w (kind, value)
       )
     UNION ALL
    SELECT 'ID', w.id::text, coalesce(j.contact_id, w.id)
      FROM unnest(%(ids)s::bigint[]) AS w (id)
      LEFT JOIN contacts_joining AS j  -- who became a part of somebody is that one
        ON j.organisation_id = %(organisation_id)s
       AND j.former_id = w.id
)
SELECT n.kind, n.value, n.contact_id
  FROM named AS n
 WHERE n.contact_id IN (
       SELECT c.id
         FROM contacts_contact AS c
        WHERE c.organisation_id = %(organisation_id)s
          AND c.id IN (SELECT contact_id FROM named)
          AND c.deleted_at IS NULL
 );
