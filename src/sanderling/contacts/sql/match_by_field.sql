-- match_by_field: the contact that has the value of an additional field; of several, the one that
-- was changed last.  Containment, because that is what the GIN index on fields answers.
UPDATE contacts_staged s
   SET contact_id = (
           SELECT c.id
             FROM contacts_contact c
            WHERE c.organisation_id = %(organisation_id)s
              AND c.fields @> jsonb_build_object(%(field)s::text, s.field_key)
              AND (s.external_id IS NULL OR c.external_id IN ('', s.external_id))
            ORDER BY c.updated_at DESC, c.id
            LIMIT 1
       )
 WHERE s.state = 'WAITING';
