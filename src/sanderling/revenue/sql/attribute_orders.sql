-- attribute_orders: credit each order to the last message that counts, and void older credits.
-- One statement for any number of orders: every rule is a row, every candidate an activity of
-- the order's own contact, so the join stays on contact_id.
-- Only DELIVERED orders in the organisation's currency earn (api.md 5.9: one currency, only
-- delivered orders count); the others keep their row, marked void, so that the data export learns
-- which rows to take back.
WITH picked AS (
    SELECT DISTINCT ON (o.contact_id, o.id)
           o.contact_id, o.id AS order_id, o.external_order_id, o.ordered_at, o.total_cost,
           o.currency, a.delivery_id, a.id AS activity_id, a.occurred_at, a.status,
           a.broadcast_id, a.workflow_id, a.media_type
      FROM orders_order AS o
      JOIN activities_activity AS a
        ON a.contact_id = o.contact_id
       AND a.organisation_id = o.organisation_id
       AND a.delivery_id IS NOT NULL
       AND a.occurred_at <= o.ordered_at
      JOIN unnest(
           %(media_types)s::text[], %(statuses)s::text[], %(windows)s::integer[],
           %(excluded_tags)s::text[]
      ) AS r (media_type, status, window_hours, excluded_tags)
        ON r.media_type = a.media_type
       AND r.status = a.status
       AND a.occurred_at >= o.ordered_at - make_interval(hours => r.window_hours)
     WHERE o.organisation_id = %(organisation_id)s
       AND o.id = ANY(%(order_ids)s::bigint[])
       AND o.status = 'DELIVERED'
       AND o.currency IN (%(currency)s, '')
       AND NOT EXISTS (
           SELECT
             FROM jsonb_array_elements_text(r.excluded_tags::jsonb) AS excluded (tag)
            WHERE excluded.tag = ANY(string_to_array(replace(a.message_tags, ', ', ','), ','))
       )
     ORDER BY o.contact_id, o.id, a.occurred_at DESC, a.id DESC
), voided AS (
    UPDATE revenue_revenue AS v
       SET is_void = true,
           changed = pg_current_xact_id()
     WHERE v.organisation_id = %(organisation_id)s
       AND v.order_id = ANY(%(order_ids)s::bigint[])
       AND NOT v.is_void
       AND (v.contact_id, v.order_id, v.delivery_id) NOT IN (
           SELECT p.contact_id, p.order_id, p.delivery_id FROM picked AS p
       )
)
INSERT INTO revenue_revenue AS existing
       (contact_id, order_id, delivery_id, organisation_id, activity_id, activity_at, status,
        broadcast_id, workflow_id, media_type, external_order_id, ordered_at, total_cost,
        currency, is_void)
SELECT p.contact_id, p.order_id, p.delivery_id, %(organisation_id)s, p.activity_id,
       p.occurred_at, p.status, p.broadcast_id, p.workflow_id, p.media_type,
       p.external_order_id, p.ordered_at, p.total_cost, %(currency)s, false
  FROM picked AS p
 ORDER BY p.order_id
    ON CONFLICT (contact_id, order_id, delivery_id) DO UPDATE
   SET activity_id = EXCLUDED.activity_id,
       activity_at = EXCLUDED.activity_at,
       status = EXCLUDED.status,
       broadcast_id = EXCLUDED.broadcast_id,
       workflow_id = EXCLUDED.workflow_id,
       media_type = EXCLUDED.media_type,
       ordered_at = EXCLUDED.ordered_at,
       total_cost = EXCLUDED.total_cost,
       currency = EXCLUDED.currency,
       is_void = false,
       changed = pg_current_xact_id();
