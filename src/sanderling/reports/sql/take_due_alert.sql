-- take_due_alert: the alert that is longest due, locked while it is looked at.
SELECT a.id
  FROM reports_alert AS a
 WHERE NOT a.is_paused
   AND a.next_check_at <= %(now)s
 ORDER BY a.next_check_at, a.id
 LIMIT 1
   FOR UPDATE SKIP LOCKED;
