-- retargeting_audience: whom to speak to again, about what, and on which device.
-- A row for each device; a contact without one has a single row without a device.
WITH clicks AS (
    SELECT a."contactId" AS contact_id,
           a."activityDateTime" AS clicked,
           a."clickEventLink" AS link,
           a."messageName" AS message,
           row_number() OVER (PARTITION BY a."contactId" ORDER BY a."activityDateTime" DESC, a."messageInstanceId" DESC, a."clickEventLink") AS place
      FROM {contactActivities} AS a
     WHERE a."activityStatus" = 'CLICKED'
), told AS (
    SELECT e."contactId" AS contact_id,
           e."eventTypeKey" AS event_type,
           e."keyValue" AS event_key,
           e."occured" AS happened,
           row_number() OVER (PARTITION BY e."contactId" ORDER BY e."occured" DESC, e."eventId" DESC) AS place
      FROM {events} AS e
), bought AS (
    SELECT e."contactId" AS contact_id,
           max(e."occured") AS purchased
      FROM {events} AS e
     WHERE e."eventTypeKey" = 'orderDELIVERED'
     GROUP BY e."contactId"
)
SELECT c."contactId" AS contact_id,
       c."externalCustomerId" AS external_customer_id,
       c."email" AS email,
       c."sms" AS sms,
       d."applicationId" AS application_id,
       d."deviceId" AS device_id,
       d."category" AS device_category,
       d."osType" AS os,
       CASE WHEN d."pushToken" IS NOT NULL THEN true ELSE false END AS has_push,
       k.clicked AS last_click,
       k.link AS last_link,
       k.message AS last_message,
       t.event_type AS last_event_type,
       t.event_key AS last_event_key,
       t.happened AS last_event,
       b.purchased AS last_purchase,
       CASE
           WHEN k.clicked IS NOT NULL AND (b.purchased IS NULL OR b.purchased < k.clicked) THEN 'clicked, not bought'
           WHEN t.happened IS NOT NULL AND (b.purchased IS NULL OR b.purchased < t.happened) THEN 'active, not bought'
           WHEN b.purchased IS NOT NULL THEN 'bought'
           ELSE 'never active'
       END AS reason
  FROM {contacts} AS c
  LEFT JOIN {devices} AS d ON d."contactId" = c."contactId"
  LEFT JOIN clicks AS k ON k.contact_id = c."contactId" AND k.place = 1
  LEFT JOIN told AS t ON t.contact_id = c."contactId" AND t.place = 1
  LEFT JOIN bought AS b ON b.contact_id = c."contactId"
