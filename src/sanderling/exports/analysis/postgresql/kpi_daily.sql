-- kpi_daily: the key figures of each day and channel beside those of the seven days before.
-- is_alarming: at least 100 messages went, and the delivery rate fell by more than ten points, or
-- the share of complaints is above 0.3 per cent.
WITH acts AS (
    SELECT CAST(a."activityDateTime" AS date) AS day,
           a."mediaType" AS channel,
           count(DISTINCT a."broadcastId") AS broadcasts,
           count(DISTINCT CASE WHEN a."activityStatus" IN ('DELIVERED', 'UNDELIVERED') THEN a."messageInstanceId" END) AS sent,
           count(DISTINCT CASE WHEN a."activityStatus" = 'DELIVERED' THEN a."messageInstanceId" END) AS delivered,
           count(DISTINCT CASE WHEN a."activityStatus" = 'RECEIVED' THEN a."messageInstanceId" END) AS opened,
           count(DISTINCT CASE WHEN a."activityStatus" = 'CLICKED' THEN a."messageInstanceId" END) AS clicked,
           count(DISTINCT CASE WHEN a."activityStatus" = 'UNSUBSCRIBED' THEN a."messageInstanceId" END) AS unsubscribed,
           count(DISTINCT CASE WHEN a."activityStatus" = 'SPAM' THEN a."messageInstanceId" END) AS spam
      FROM {contactActivities} AS a
     WHERE a."messageInstanceId" IS NOT NULL
     GROUP BY CAST(a."activityDateTime" AS date), a."mediaType"
), earned AS (
    SELECT CAST(r."orderDate" AS date) AS day,
           r."mediaType" AS channel,
           sum(r."totalCost") AS revenue
      FROM {revenue} AS r
     GROUP BY CAST(r."orderDate" AS date), r."mediaType"
), started AS (
    SELECT CAST(b."startedDate" AS date) AS day,
           b."mediaType" AS channel,
           count(DISTINCT b."id") AS started
      FROM {broadcasts} AS b
     WHERE b."startedDate" IS NOT NULL
     GROUP BY CAST(b."startedDate" AS date), b."mediaType"
), days AS (
    SELECT t.day, t.channel,
           sum(t.sent) AS sent, sum(t.delivered) AS delivered, sum(t.opened) AS opened,
           sum(t.clicked) AS clicked, sum(t.unsubscribed) AS unsubscribed, sum(t.spam) AS spam,
           sum(t.revenue) AS revenue, sum(t.started) AS started
      FROM (
           SELECT a.day, a.channel, a.sent, a.delivered, a.opened, a.clicked, a.unsubscribed,
                  a.spam, 0 AS revenue, 0 AS started
             FROM acts AS a
            UNION ALL
           SELECT e.day, e.channel, 0, 0, 0, 0, 0, 0, e.revenue, 0 FROM earned AS e
            UNION ALL
           SELECT s.day, s.channel, 0, 0, 0, 0, 0, 0, 0, s.started FROM started AS s
      ) AS t
     GROUP BY t.day, t.channel
), compared AS (
    SELECT d.day, d.channel, d.sent, d.delivered, d.opened, d.clicked, d.unsubscribed, d.spam,
           d.revenue, d.started,
           sum(b.sent) AS sent_before, sum(b.delivered) AS delivered_before
      FROM days AS d
      LEFT JOIN days AS b
        ON b.channel = d.channel
       AND b.day < d.day
       AND b.day >= d.day - 7
     GROUP BY d.day, d.channel, d.sent, d.delivered, d.opened, d.clicked, d.unsubscribed, d.spam,
              d.revenue, d.started
)
SELECT c.day,
       c.channel,
       CAST(c.started AS bigint) AS broadcasts_started,
       CAST(c.sent AS bigint) AS sent,
       CAST(c.delivered AS bigint) AS delivered,
       CAST(c.opened AS bigint) AS opened,
       CAST(c.clicked AS bigint) AS clicked,
       CAST(c.unsubscribed AS bigint) AS unsubscribed,
       CAST(c.spam AS bigint) AS spam,
       c.revenue,
       round(100.0 * c.delivered / NULLIF(c.sent, 0), 2) AS delivery_rate,
       round(100.0 * c.opened / NULLIF(c.delivered, 0), 2) AS open_rate,
       round(100.0 * c.clicked / NULLIF(c.delivered, 0), 2) AS click_rate,
       round(100.0 * c.unsubscribed / NULLIF(c.delivered, 0), 2) AS unsubscribe_rate,
       round(100.0 * c.spam / NULLIF(c.delivered, 0), 2) AS spam_rate,
       round(100.0 * c.delivered_before / NULLIF(c.sent_before, 0), 2) AS delivery_rate_before,
       CASE
           WHEN c.sent < 100 THEN false
           WHEN 100.0 * c.delivered_before / NULLIF(c.sent_before, 0)
                - 100.0 * c.delivered / NULLIF(c.sent, 0) > 10 THEN true
           WHEN 1000.0 * c.spam / NULLIF(c.delivered, 0) > 3 THEN true
           ELSE false
       END AS is_alarming
  FROM compared AS c
