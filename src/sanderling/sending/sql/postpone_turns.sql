-- postpone_turns: a turn that begins late moves the turns after it.
-- Otherwise a pause, or an hour without workers, would end in all the overdue turns at once.
-- Of those that are still in time nothing changes, so to say it twice is harmless.
UPDATE sending_batch AS b
   SET due_at = now() + (b.turn - leased.turn) * leased.turn_seconds * interval '1 second'
  FROM sending_batch AS leased
 WHERE leased.id = %(batch_id)s
   AND b.organisation_id = leased.organisation_id
   AND b.origin_kind = leased.origin_kind
   AND b.origin_id = leased.origin_id
   AND b.turn > leased.turn
   AND b.status IN ('WAITING', 'PAUSED')
   AND b.due_at < now() + (b.turn - leased.turn) * leased.turn_seconds * interval '1 second';
