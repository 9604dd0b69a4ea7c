-- The shop's own database, as a customer of Sanderling would have it: nothing here is ours.
CREATE TABLE customers (
    id             bigint PRIMARY KEY,
    email          text NOT NULL UNIQUE,
    country        text NOT NULL,
    birthday       date NOT NULL,
    first_order_at timestamptz
);
CREATE TABLE orders (
    id         text PRIMARY KEY,
    email      text NOT NULL REFERENCES customers (email),
    ordered_at timestamptz NOT NULL,
    status     text NOT NULL,
    items      integer NOT NULL,
    total      numeric(12, 2) NOT NULL
);
CREATE INDEX orders_email ON orders (email);
CREATE TABLE order_items (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id    text NOT NULL REFERENCES orders (id),
    email       text NOT NULL,
    stock_code  text NOT NULL,
    description text NOT NULL,
    quantity    integer NOT NULL,
    unit_price  numeric(12, 2) NOT NULL
);
CREATE INDEX order_items_email ON order_items (email);
CREATE INDEX order_items_order ON order_items (order_id);
CREATE TABLE promo_codes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email      text NOT NULL UNIQUE,
    promo_code text NOT NULL UNIQUE,
    discount   integer NOT NULL
);

-- The figures that a shop's analyst would keep: one row a customer.
-- A quarter is counted back from the last day of the data, 2011-12-09.
CREATE TABLE customer_figures AS
SELECT c.email,
       count(*) FILTER (WHERE o.status = 'DELIVERED') AS orders,
       coalesce(sum(o.total) FILTER (WHERE o.status = 'DELIVERED'), 0)::numeric(12, 2) AS spent,
       coalesce(sum(o.total) FILTER (WHERE o.status = 'DELIVERED'
                                       AND o.ordered_at >= '2011-09-10Z'), 0)::numeric(12, 2)
           AS spent_last_quarter,
       coalesce(sum(o.items) FILTER (WHERE o.items > 0), 0) AS bought_items,
       coalesce(-sum(o.items) FILTER (WHERE o.items < 0), 0) AS returned_items,
       coalesce(sum(o.items), 0) AS kept_items,
       coalesce(-sum(o.items) FILTER (WHERE o.items < 0), 0) > coalesce(sum(o.items), 0)
           AS returned_more_than_kept,
       max(o.ordered_at) AS last_order_at
  FROM customers c
  LEFT JOIN orders o ON o.email = c.email
 GROUP BY c.email;
ALTER TABLE customer_figures ADD PRIMARY KEY (email);
ANALYZE;
