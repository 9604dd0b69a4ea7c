-- read_contact_activities: the facts of a window in the document's statuses (SENT is none).
-- A fact is written once, so every window's rows are new; people erased since are left out.
SELECT a.status AS "activityStatus",
       NULLIF(a.workflow_run_id, '') AS "workflowInstanceId",
       a.broadcast_id AS "broadcastId",
       a.campaign_type AS "campaignType",
       NULLIF(a.link, '') AS "clickEventLink",
       a.contact_id AS "contactId",
       NULLIF(a.description, '') AS "statusDescription",
       NULLIF(a.event_key, '') AS "eventKey",
       NULLIF(a.event_type_key, '') AS "eventTypeKey",
       a.event_id AS "eventId",
       NULLIF(c.external_id, '') AS "externalCustomerId",
       a.media_type AS "mediaType",
       a.delivery_id AS "messageInstanceId",
       NULLIF(a.message_language, '') AS "messageLanguageCode",
       NULLIF(a.message_name, '') AS "messageName",
       a.message_id AS "messageId",
       NULLIF(a.message_tags, '') AS "messageTags",
       NULLIF(a.view_url, '') AS "messageURL",
       NULLIF(a.sender_name, '') AS "senderName",
       date_trunc('second', a.occurred_at AT TIME ZONE 'UTC') AS "activityDateTime",
       NULLIF(a.utm_campaign, '') AS "utmCampaign",
       a.workflow_id AS "workflowId",
       NULLIF(a.workflow_block, '') AS "workflowBlockId"
  FROM activities_activity AS a
  LEFT JOIN contacts_contact AS c
    ON c.id = a.contact_id
   AND c.organisation_id = a.organisation_id
 WHERE a.organisation_id = %(organisation_id)s
   AND a.changed >= %(low)s::xid8
   AND a.changed < %(high)s::xid8
   AND a.status <> 'SENT'
   AND a.contact_id NOT IN (
       SELECT e.contact_id
         FROM contacts_erasure AS e
        WHERE e.organisation_id = %(organisation_id)s
   )
