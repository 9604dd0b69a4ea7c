-- move_contact: what the messages to a contact earned, they earned with another one.
-- New rows and no update: the contact of a row is what a distributed table is spread by.
INSERT INTO revenue_revenue
       (organisation_id, contact_id, order_id, delivery_id, activity_id, activity_at,
       status, broadcast_id, workflow_id, media_type, external_order_id, ordered_at,
       total_cost, currency, is_void)
SELECT r.organisation_id, %(contact_id)s, r.order_id, r.delivery_id, r.activity_id,
       r.activity_at, r.status, r.broadcast_id, r.workflow_id, r.media_type,
       r.external_order_id, r.ordered_at, r.total_cost, r.currency, r.is_void
  FROM revenue_revenue AS r
 WHERE r.contact_id = %(former_id)s
   AND r.organisation_id = %(organisation_id)s;

DELETE FROM revenue_revenue AS r
 WHERE r.contact_id = %(former_id)s
   AND r.organisation_id = %(organisation_id)s;
