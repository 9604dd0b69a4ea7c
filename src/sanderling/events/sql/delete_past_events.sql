-- delete_past_events: forget the history that was sent for a period; live events stay.
DELETE FROM events_event
 WHERE organisation_id = %(organisation_id)s
   AND is_past
   AND occurred_at BETWEEN %(first)s AND %(last)s;
