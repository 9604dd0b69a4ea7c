-- order_value: each month's orders: how many, from whom, worth what, and what messages earned.
-- Canceled orders are left out; a buyer is new in the month of the first order.
WITH firsts AS (
    SELECT o.contactId AS contact_id,
           min(o.orderDate) AS first_order
      FROM {orders} AS o
     WHERE o.Status <> 'CANCELED'
     GROUP BY o.contactId
), lines AS (
    SELECT i.orderId AS order_id,
           count(*) AS lines,
           sum(i.quantity) AS pieces
      FROM {orderItems} AS i
     GROUP BY i.orderId
), credited AS (
    SELECT r.externalOrderId AS external_order_id,
           max(r.totalCost) AS credited
      FROM {revenue} AS r
     GROUP BY r.externalOrderId
)
SELECT DATE_TRUNC(DATE(o.orderDate), MONTH) AS month,
       count(*) AS orders,
       count(DISTINCT o.contactId) AS buyers,
       count(DISTINCT CASE WHEN DATE_TRUNC(DATE(f.first_order), MONTH) = DATE_TRUNC(DATE(o.orderDate), MONTH) THEN o.contactId END) AS new_buyers,
       sum(o.totalCost) AS revenue,
       round(sum(o.totalCost) / count(*), 2) AS average_order,
       round(1.0 * sum(l.lines) / count(*), 2) AS lines_per_order,
       round(1.0 * sum(l.pieces) / count(*), 2) AS pieces_per_order,
       COALESCE(sum(c.credited), 0) AS credited_revenue,
       round(100.0 * COALESCE(sum(c.credited), 0) / NULLIF(sum(o.totalCost), 0), 2) AS credited_share
  FROM {orders} AS o
  LEFT JOIN firsts AS f ON f.contact_id = o.contactId
  LEFT JOIN lines AS l ON l.order_id = o.orderId
  LEFT JOIN credited AS c ON c.external_order_id = o.externalOrderId
 WHERE o.Status <> 'CANCELED'
 GROUP BY DATE_TRUNC(DATE(o.orderDate), MONTH)
