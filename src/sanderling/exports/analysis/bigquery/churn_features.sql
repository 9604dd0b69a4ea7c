-- churn_features: what a model learns from, and what it has to tell.
-- Features are of the moment 90 days before the newest order or activity (the cutoff); has_returned
-- says whether the customer bought in the 90 days after it.  Nothing of after the cutoff is in a
-- feature, so a model that learns from this view knows no future.  days_since_order and is_at_risk
-- are of the newest moment: at risk is who stays away twice as long as is usual for him.
WITH moment AS (
    SELECT LEAST(max(t.happened), CURRENT_TIMESTAMP()) AS as_of,
           LEAST(max(t.happened), CURRENT_TIMESTAMP()) - INTERVAL 90 DAY AS cutoff
      FROM (
           SELECT max(o.orderDate) AS happened FROM {orders} AS o
            UNION ALL
           SELECT max(a.activityDateTime) FROM {contactActivities} AS a
      ) AS t
), bought AS (
    SELECT o.contactId AS contact_id,
           sum(CASE WHEN o.orderDate <= n.cutoff THEN 1 ELSE 0 END) AS orders,
           sum(CASE WHEN o.orderDate <= n.cutoff THEN o.totalCost ELSE 0 END) AS spent,
           min(CASE WHEN o.orderDate <= n.cutoff THEN o.orderDate END) AS first_order,
           max(CASE WHEN o.orderDate <= n.cutoff THEN o.orderDate END) AS last_order,
           sum(CASE WHEN o.orderDate > n.cutoff THEN 1 ELSE 0 END) AS orders_after,
           min(o.orderDate) AS very_first,
           max(o.orderDate) AS very_last,
           count(*) AS orders_ever
      FROM {orders} AS o
     CROSS JOIN moment AS n
     WHERE o.Status <> 'CANCELED'
     GROUP BY o.contactId
), acts AS (
    SELECT a.contactId AS contact_id,
           count(DISTINCT CASE WHEN a.activityStatus = 'DELIVERED' THEN a.messageInstanceId END) AS delivered,
           count(DISTINCT CASE WHEN a.activityStatus = 'RECEIVED' THEN a.messageInstanceId END) AS opened,
           count(DISTINCT CASE WHEN a.activityStatus = 'CLICKED' THEN a.messageInstanceId END) AS clicked,
           max(CASE WHEN a.activityStatus IN ('UNSUBSCRIBED', 'SPAM') THEN 1 ELSE 0 END) AS has_left
      FROM {contactActivities} AS a
     CROSS JOIN moment AS n
     WHERE a.activityDateTime <= n.cutoff
       AND a.activityDateTime > n.cutoff - INTERVAL 90 DAY
     GROUP BY a.contactId
), earned AS (
    SELECT r.contactId AS contact_id,
           sum(r.totalCost) AS credited
      FROM {revenue} AS r
     CROSS JOIN moment AS n
     WHERE r.orderDate <= n.cutoff
     GROUP BY r.contactId
)
SELECT c.contactId AS contact_id,
       c.externalCustomerId AS external_customer_id,
       n.cutoff,
       CAST(b.orders AS INT64) AS orders,
       b.spent,
       round(b.spent / NULLIF(b.orders, 0), 2) AS average_order,
       DATE_DIFF(DATE(n.cutoff), DATE(b.last_order), DAY) AS recency_days,
       DATE_DIFF(DATE(n.cutoff), DATE(b.first_order), DAY) AS tenure_days,
       round(1.0 * DATE_DIFF(DATE(b.last_order), DATE(b.first_order), DAY) / NULLIF(b.orders - 1, 0), 1) AS usual_gap_days,
       COALESCE(e.credited, 0) AS credited_revenue,
       COALESCE(a.delivered, 0) AS delivered_90,
       COALESCE(a.opened, 0) AS opened_90,
       COALESCE(a.clicked, 0) AS clicked_90,
       CASE WHEN a.has_left = 1 THEN true ELSE false END AS has_unsubscribed,
       CASE WHEN b.orders_after > 0 THEN true ELSE false END AS has_returned,
       DATE_DIFF(DATE(n.as_of), DATE(b.very_last), DAY) AS days_since_order,
       CASE
           WHEN b.orders_ever < 2 THEN NULL
           WHEN DATE_DIFF(DATE(n.as_of), DATE(b.very_last), DAY)
                > 2.0 * DATE_DIFF(DATE(b.very_last), DATE(b.very_first), DAY) / (b.orders_ever - 1) THEN true
           ELSE false
       END AS is_at_risk
  FROM bought AS b
  JOIN {contacts} AS c ON c.contactId = b.contact_id
 CROSS JOIN moment AS n
  LEFT JOIN acts AS a ON a.contact_id = b.contact_id
  LEFT JOIN earned AS e ON e.contact_id = b.contact_id
 WHERE b.orders > 0
