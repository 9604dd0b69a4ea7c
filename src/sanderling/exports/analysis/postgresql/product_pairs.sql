-- product_pairs: what is bought together, for bundles and for "goes well with".
-- lift says how many times as often as chance would have it; pairs of fewer than three orders are
-- left out, and so are products that are not in a hundredth of a per cent of all orders.
WITH goods AS (
    SELECT DISTINCT i."orderId" AS order_id, i."externalProductId" AS product
      FROM {orderItems} AS i
      JOIN {orders} AS o ON o."orderId" = i."orderId"
     WHERE o."status" <> 'CANCELED'
       AND i."externalProductId" IS NOT NULL
), everything AS (
    SELECT count(DISTINCT g.order_id) AS orders FROM goods AS g
), sold AS (
    SELECT g.product, count(*) AS orders
      FROM goods AS g
     GROUP BY g.product
), frequent AS (
    SELECT g.order_id, g.product
      FROM goods AS g
      JOIN sold AS s ON s.product = g.product
     CROSS JOIN everything AS e
     WHERE s.orders >= 3
       AND s.orders * 10000.0 >= e.orders
), pairs AS (
    SELECT a.product AS product_a, b.product AS product_b, count(*) AS orders
      FROM frequent AS a
      JOIN frequent AS b ON b.order_id = a.order_id AND b.product > a.product
     GROUP BY a.product, b.product
    HAVING count(*) >= 3
)
SELECT p.product_a,
       p.product_b,
       p.orders,
       round(100.0 * p.orders / a.orders, 2) AS share_of_a,
       round(100.0 * p.orders / b.orders, 2) AS share_of_b,
       round(1.0 * p.orders * e.orders / (1.0 * a.orders * b.orders), 2) AS lift
  FROM pairs AS p
  JOIN sold AS a ON a.product = p.product_a
  JOIN sold AS b ON b.product = p.product_b
 CROSS JOIN everything AS e
