-- campaign_performance: every campaign in figures, with when and to whom it went.
-- A campaign is a broadcast, or a message of a workflow.  Messages are counted and not openings:
-- whoever opens one message three times counts once.
WITH counted AS (
    SELECT a."broadcastId" AS broadcast_id,
           CASE WHEN a."broadcastId" IS NULL THEN a."workflowId" END AS workflow_id,
           a."messageId" AS message_id,
           a."mediaType" AS channel,
           min(a."activityDateTime") AS first_activity,
           count(DISTINCT CASE WHEN a."activityStatus" IN ('DELIVERED', 'UNDELIVERED') THEN a."messageInstanceId" END) AS sent,
           count(DISTINCT CASE WHEN a."activityStatus" = 'DELIVERED' THEN a."messageInstanceId" END) AS delivered,
           count(DISTINCT CASE WHEN a."activityStatus" = 'UNDELIVERED' THEN a."messageInstanceId" END) AS undelivered,
           count(DISTINCT CASE WHEN a."activityStatus" = 'RECEIVED' THEN a."messageInstanceId" END) AS opened,
           count(DISTINCT CASE WHEN a."activityStatus" = 'CLICKED' THEN a."messageInstanceId" END) AS clicked,
           count(DISTINCT CASE WHEN a."activityStatus" = 'UNSUBSCRIBED' THEN a."messageInstanceId" END) AS unsubscribed,
           count(DISTINCT CASE WHEN a."activityStatus" = 'SPAM' THEN a."messageInstanceId" END) AS spam
      FROM {contactActivities} AS a
     WHERE a."messageInstanceId" IS NOT NULL
     GROUP BY a."broadcastId", CASE WHEN a."broadcastId" IS NULL THEN a."workflowId" END, a."messageId", a."mediaType"
), audience AS (
    SELECT b."id" AS broadcast_id,
           max(b."name") AS name,
           max(b."status") AS status,
           min(b."startedDate") AS started,
           string_agg(CAST(b."groupId" AS text), ', ' ORDER BY b."groupId") AS segment_ids
      FROM {broadcasts} AS b
     GROUP BY b."id"
)
SELECT c.broadcast_id,
       c.workflow_id,
       COALESCE(b.name, m."name") AS campaign,
       b.status,
       b.segment_ids,
       c.message_id,
       m."name" AS message,
       m."subject" AS subject,
       m."language" AS language,
       m."tags" AS tags,
       c.channel,
       COALESCE(b.started, c.first_activity) AS started,
       CAST(EXTRACT(isodow FROM COALESCE(b.started, c.first_activity)) AS bigint) AS weekday,
       CAST(EXTRACT(hour FROM COALESCE(b.started, c.first_activity)) AS bigint) AS hour,
       c.sent,
       c.delivered,
       c.undelivered,
       c.opened,
       c.clicked,
       c.unsubscribed,
       c.spam,
       round(100.0 * c.delivered / NULLIF(c.sent, 0), 2) AS delivery_rate,
       round(100.0 * c.opened / NULLIF(c.delivered, 0), 2) AS open_rate,
       round(100.0 * c.clicked / NULLIF(c.delivered, 0), 2) AS click_rate,
       round(100.0 * c.clicked / NULLIF(c.opened, 0), 2) AS click_to_open_rate,
       round(100.0 * c.unsubscribed / NULLIF(c.delivered, 0), 2) AS unsubscribe_rate,
       round(100.0 * c.spam / NULLIF(c.delivered, 0), 2) AS spam_rate
  FROM counted AS c
  LEFT JOIN audience AS b ON b.broadcast_id = c.broadcast_id
  LEFT JOIN {messages} AS m ON m."messageId" = c.message_id
