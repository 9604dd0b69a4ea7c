-- campaign_roi: what each campaign earned, and what a message of it may cost at most.
-- A credit names the message that earned it; the message names its campaign.  break_even_price is
-- the price of one message at which the campaign earns nothing: set your own price against it.
WITH instances AS (
    SELECT DISTINCT a.messageInstanceId AS instance,
           a.broadcastId AS broadcast_id,
           CASE WHEN a.broadcastId IS NULL THEN a.workflowId END AS workflow_id,
           a.messageName AS message,
           a.mediaType AS channel
      FROM {contactActivities} AS a
     WHERE a.messageInstanceId IS NOT NULL
       AND a.activityStatus IN ('DELIVERED', 'UNDELIVERED', 'RECEIVED', 'CLICKED')
), arrived AS (
    SELECT DISTINCT a.messageInstanceId AS instance
      FROM {contactActivities} AS a
     WHERE a.activityStatus = 'DELIVERED'
), earned AS (
    SELECT r.messageInstanceId AS instance,
           count(DISTINCT r.externalOrderId) AS orders,
           count(DISTINCT r.contactId) AS buyers,
           sum(r.totalCost) AS revenue
      FROM {revenue} AS r
      JOIN {orders} AS o ON o.externalOrderId = r.externalOrderId
     WHERE o.Status <> 'CANCELED'
     GROUP BY r.messageInstanceId
), campaigns AS (
    SELECT i.broadcast_id, i.workflow_id, i.message, i.channel,
           count(DISTINCT i.instance) AS messages,
           count(DISTINCT d.instance) AS delivered,
           COALESCE(sum(e.orders), 0) AS orders,
           COALESCE(sum(e.buyers), 0) AS buyers,
           COALESCE(sum(e.revenue), 0) AS revenue
      FROM instances AS i
      LEFT JOIN arrived AS d ON d.instance = i.instance
      LEFT JOIN earned AS e ON e.instance = i.instance
     GROUP BY i.broadcast_id, i.workflow_id, i.message, i.channel
), names AS (
    SELECT b.id AS broadcast_id, max(b.name) AS name FROM {broadcasts} AS b GROUP BY b.id
)
SELECT c.broadcast_id,
       c.workflow_id,
       COALESCE(b.name, c.message) AS campaign,
       c.channel,
       c.messages,
       c.delivered,
       CAST(c.orders AS INT64) AS orders,
       CAST(c.buyers AS INT64) AS buyers,
       c.revenue,
       round(c.revenue / NULLIF(c.orders, 0), 2) AS average_order,
       round(100.0 * c.orders / NULLIF(c.delivered, 0), 2) AS conversion_rate,
       round(1000.0 * c.revenue / NULLIF(c.delivered, 0), 2) AS revenue_per_thousand,
       round(1.0 * c.revenue / NULLIF(c.messages, 0), 4) AS break_even_price,
       round(100.0 * c.revenue / NULLIF(sum(c.revenue) OVER (), 0), 2) AS share_of_revenue
  FROM campaigns AS c
  LEFT JOIN names AS b ON b.broadcast_id = c.broadcast_id
