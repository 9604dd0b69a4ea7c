-- read_revenue: the credits of a window, told with the activity that earned them.
SELECT v.status AS "activityStatus",
       a.campaign_type AS "campaignType",
       NULLIF(a.link, '') AS "clickEventLink",
       v.contact_id AS "contactId",
       NULLIF(v.currency, '') AS "currency",
       NULLIF(c.external_id, '') AS "externalCustomerId",
       v.external_order_id AS "externalOrderId",
       v.media_type AS "mediaType",
       v.delivery_id AS "messageInstanceId",
       NULLIF(a.message_name, '') AS "messageName",
       NULLIF(a.message_tags, '') AS "messageTags",
       NULLIF(a.view_url, '') AS "messageUrl",
       date_trunc('second', v.ordered_at AT TIME ZONE 'UTC') AS "orderDate",
       NULLIF(a.sender_name, '') AS "senderName",
       date_trunc('second', v.activity_at AT TIME ZONE 'UTC') AS "activityDateTime",
       v.total_cost AS "totalCost",
       NULLIF(a.utm_campaign, '') AS "utmCampaign",
       NULLIF(a.event_key, '') AS "eventKey",
       NULLIF(a.event_type_key, '') AS "eventTypeKey",
       NULLIF(a.message_language, '') AS "messageLanguageCode",
       v.order_id AS "orderId",
       v.workflow_id AS "workflowId",
       v.broadcast_id AS "broadcastId"
  FROM revenue_revenue AS v
  LEFT JOIN activities_activity AS a
    ON a.contact_id = v.contact_id
   AND a.id = v.activity_id
   AND a.occurred_at = v.activity_at
  LEFT JOIN contacts_contact AS c
    ON c.id = v.contact_id
   AND c.organisation_id = v.organisation_id
 WHERE v.organisation_id = %(organisation_id)s
   AND v.changed >= %(low)s::xid8
   AND v.changed < %(high)s::xid8
   AND NOT v.is_void
   AND v.contact_id NOT IN (
       SELECT e.contact_id
         FROM contacts_erasure AS e
        WHERE e.organisation_id = %(organisation_id)s
   )
