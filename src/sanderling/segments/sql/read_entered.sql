-- read_entered: the members who entered after a moment, in the order of their ids.
SELECT m.contact_id, m.entered_at
  FROM segments_member AS m
 WHERE m.organisation_id = %(organisation_id)s
   AND m.segment_id = %(segment_id)s
   AND m.entered_at > %(since)s
 ORDER BY m.contact_id
