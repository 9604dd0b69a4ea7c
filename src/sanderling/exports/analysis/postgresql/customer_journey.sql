-- customer_journey: each contact's way, step by step, over all channels.
-- Orders come as orders, so their events (order…) are left out.
WITH steps AS (
    SELECT c."contactId" AS contact_id, c."createdDate" AS happened, 'contact' AS kind,
           c."contactSource" AS channel, 'created' AS what, c."externalCustomerId" AS detail, 0 AS turn
      FROM {contacts} AS c
     UNION ALL
    SELECT a."contactId", a."activityDateTime", 'message', a."mediaType", lower(a."activityStatus"),
           COALESCE(a."clickEventLink", a."messageName"),
           CASE a."activityStatus" WHEN 'DELIVERED' THEN 1 WHEN 'RECEIVED' THEN 2 ELSE 3 END
      FROM {contactActivities} AS a
     UNION ALL
    SELECT e."contactId", e."occured", 'event', 'Event', e."eventTypeKey", e."keyValue", 4
      FROM {events} AS e
     WHERE e."contactId" IS NOT NULL
       AND e."eventTypeKey" NOT LIKE 'order%'
     UNION ALL
    SELECT o."contactId", o."orderDate", 'order', 'Order', lower(o."status"), o."externalOrderId", 5
      FROM {orders} AS o
)
SELECT s.contact_id,
       row_number() OVER (PARTITION BY s.contact_id ORDER BY s.happened, s.turn, s.what, s.detail) AS step,
       s.happened,
       s.kind,
       s.channel,
       s.what,
       s.detail,
       round(EXTRACT(epoch FROM s.happened - lag(s.happened) OVER (PARTITION BY s.contact_id ORDER BY s.happened, s.turn, s.what, s.detail)) / 3600, 2) AS hours_since_last
  FROM steps AS s
