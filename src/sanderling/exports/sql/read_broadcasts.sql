-- read_broadcasts: the broadcasts of a window, a row per segment of their audience.
-- Drafts are not told: the document has no word for them.
SELECT date_trunc('second', b.created_at AT TIME ZONE 'UTC') AS "createdDate",
       COALESCE(g.id, 0) AS "groupId",
       b.id AS "id",
       m.channel AS "mediaType",
       b.message_id AS "messageId",
       b.name AS "name",
       date_trunc('second', b.started_at AT TIME ZONE 'UTC') AS "startedDate",
       b.status AS "status",
       date_trunc('second', b.updated_at AT TIME ZONE 'UTC') AS "updatedDate"
  FROM broadcasts_broadcast AS b
  JOIN messages_message AS m
    ON m.id = b.message_id
  LEFT JOIN LATERAL (
       SELECT DISTINCT i.value::bigint AS id
         FROM jsonb_array_elements_text(b.include) AS i (value)
  ) AS g ON true
 WHERE b.organisation_id = %(organisation_id)s
   AND b.changed >= %(low)s::xid8
   AND b.changed < %(high)s::xid8
   AND b.status <> 'DRAFT'
