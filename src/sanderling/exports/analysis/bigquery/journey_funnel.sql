-- journey_funnel: how many contacts come how far in each channel, and where they drop off.
-- bought: an order that is not canceled, after the first delivery in the channel.
WITH acts AS (
    SELECT a.contactId AS contact_id,
           a.mediaType AS channel,
           min(CASE WHEN a.activityStatus = 'DELIVERED' THEN a.activityDateTime END) AS delivered,
           max(CASE WHEN a.activityStatus = 'RECEIVED' THEN 1 ELSE 0 END) AS has_opened,
           max(CASE WHEN a.activityStatus = 'CLICKED' THEN 1 ELSE 0 END) AS has_clicked
      FROM {contactActivities} AS a
     WHERE a.contactId IN (SELECT c.contactId FROM {contacts} AS c)
     GROUP BY a.contactId, a.mediaType
), told AS (
    SELECT DISTINCT e.contactId AS contact_id
      FROM {events} AS e
     WHERE e.eventTypeKey NOT LIKE 'order%'
), bought AS (
    SELECT o.contactId AS contact_id,
           max(o.orderDate) AS last_order
      FROM {orders} AS o
     WHERE o.Status <> 'CANCELED'
     GROUP BY o.contactId
), counted AS (
    SELECT a.channel,
           count(*) AS delivered,
           sum(CASE WHEN a.has_opened = 1 OR a.has_clicked = 1 THEN 1 ELSE 0 END) AS opened,
           sum(a.has_clicked) AS clicked,
           sum(CASE WHEN t.contact_id IS NOT NULL THEN 1 ELSE 0 END) AS active,
           sum(CASE WHEN b.last_order >= a.delivered THEN 1 ELSE 0 END) AS bought,
           sum(CASE WHEN a.has_clicked = 1 AND b.last_order >= a.delivered THEN 1 ELSE 0 END) AS clicked_and_bought
      FROM acts AS a
      LEFT JOIN told AS t ON t.contact_id = a.contact_id
      LEFT JOIN bought AS b ON b.contact_id = a.contact_id
     WHERE a.delivered IS NOT NULL
     GROUP BY a.channel
)
SELECT c.channel,
       c.delivered,
       CAST(c.opened AS INT64) AS opened,
       CAST(c.clicked AS INT64) AS clicked,
       CAST(c.active AS INT64) AS active,
       CAST(c.bought AS INT64) AS bought,
       CAST(c.clicked_and_bought AS INT64) AS clicked_and_bought,
       round(100.0 - 100.0 * c.opened / NULLIF(c.delivered, 0), 2) AS lost_before_opening,
       round(100.0 - 100.0 * c.clicked / NULLIF(c.opened, 0), 2) AS lost_before_clicking,
       round(100.0 - 100.0 * c.clicked_and_bought / NULLIF(c.clicked, 0), 2) AS lost_before_buying
  FROM counted AS c
