-- contact_behaviour: what each contact does, how often, where and at which hour.
-- The last 90 days are reckoned from the newest activity or event, so that the view stays full
-- when an export is late.  Hours are UTC.
WITH moment AS (
    SELECT LEAST(max(t.happened), CURRENT_TIMESTAMP()) AS as_of
      FROM (
           SELECT max(a.activityDateTime) AS happened FROM {contactActivities} AS a
            UNION ALL
           SELECT max(e.occured) FROM {events} AS e
      ) AS t
), acts AS (
    SELECT a.contactId AS contact_id,
           count(DISTINCT CASE WHEN a.activityStatus = 'DELIVERED' THEN a.messageInstanceId END) AS delivered,
           count(DISTINCT CASE WHEN a.activityStatus = 'RECEIVED' THEN a.messageInstanceId END) AS opened,
           count(DISTINCT CASE WHEN a.activityStatus = 'CLICKED' THEN a.messageInstanceId END) AS clicked
      FROM {contactActivities} AS a
     CROSS JOIN moment AS n
     WHERE a.activityDateTime > n.as_of - INTERVAL 90 DAY
     GROUP BY a.contactId
), answers AS (
    SELECT a.contactId AS contact_id,
           a.mediaType AS channel,
           EXTRACT(HOUR FROM a.activityDateTime) AS hour
      FROM {contactActivities} AS a
     WHERE a.activityStatus IN ('RECEIVED', 'CLICKED')
), channels AS (
    SELECT t.contact_id, t.channel,
           row_number() OVER (PARTITION BY t.contact_id ORDER BY count(*) DESC, t.channel) AS place
      FROM answers AS t
     GROUP BY t.contact_id, t.channel
), hours AS (
    SELECT t.contact_id, t.hour,
           row_number() OVER (PARTITION BY t.contact_id ORDER BY count(*) DESC, t.hour) AS place
      FROM answers AS t
     GROUP BY t.contact_id, t.hour
), told AS (
    SELECT e.contactId AS contact_id,
           count(*) AS events,
           count(DISTINCT e.eventTypeKey) AS event_types,
           sum(CASE WHEN e.eventTypeKey = 'orderDELIVERED' THEN 1 ELSE 0 END) AS purchases,
           max(e.occured) AS last_event
      FROM {events} AS e
     CROSS JOIN moment AS n
     WHERE e.occured > n.as_of - INTERVAL 90 DAY
     GROUP BY e.contactId
)
SELECT c.contactId AS contact_id,
       c.externalCustomerId AS external_customer_id,
       c.languageCode AS language,
       c.emailDomain AS email_domain,
       c.createdDate AS created,
       c.lastViewedDate AS last_opened,
       c.lastClickedDate AS last_clicked,
       COALESCE(a.delivered, 0) AS delivered_90,
       COALESCE(a.opened, 0) AS opened_90,
       COALESCE(a.clicked, 0) AS clicked_90,
       round(100.0 * a.opened / NULLIF(a.delivered, 0), 2) AS open_rate_90,
       m.channel AS preferred_channel,
       CAST(h.hour AS INT64) AS preferred_hour,
       COALESCE(t.events, 0) AS events_90,
       COALESCE(t.event_types, 0) AS event_types_90,
       COALESCE(t.purchases, 0) AS purchases_90,
       t.last_event,
       CASE
           WHEN c.lastClickedDate > n.as_of - INTERVAL 30 DAY THEN 'engaged'
           WHEN c.lastViewedDate > n.as_of - INTERVAL 30 DAY THEN 'reader'
           WHEN a.delivered > 0 THEN 'dormant'
           ELSE 'silent'
       END AS engagement
  FROM {contacts} AS c
 CROSS JOIN moment AS n
  LEFT JOIN acts AS a ON a.contact_id = c.contactId
  LEFT JOIN channels AS m ON m.contact_id = c.contactId AND m.place = 1
  LEFT JOIN hours AS h ON h.contact_id = c.contactId AND h.place = 1
  LEFT JOIN told AS t ON t.contact_id = c.contactId
