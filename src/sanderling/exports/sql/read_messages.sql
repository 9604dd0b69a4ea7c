-- read_messages: the messages of a window, with the languages they are written in.
SELECT m.annoyance AS "annoyanceLevel",
       NULLIF(m.language, '') AS "language",
       m.channel AS "mediaType",
       m.id AS "messageId",
       m.name AS "name",
       NULLIF(m.reply_to, '') AS "replyTo",
       CASE WHEN m.sender_name <> '' AND m.sender_email <> ''
            THEN m.sender_name || ' <' || m.sender_email || '>'
            ELSE NULLIF(m.sender_name || m.sender_email, '')
       END AS "sender",
       NULLIF(m.subject, '') AS "subject",
       (SELECT string_agg(g.tag, ', ' ORDER BY g.place)
          FROM jsonb_array_elements_text(m.tags) WITH ORDINALITY AS g (tag, place)) AS "tags",
       (SELECT string_agg(l.language, ', ' ORDER BY l.language)
          FROM messages_translation AS l
         WHERE l.message_id = m.id) AS "translations",
       date_trunc('second', m.updated_at AT TIME ZONE 'UTC') AS "updateDate"
  FROM messages_message AS m
 WHERE m.organisation_id = %(organisation_id)s
   AND m.changed >= %(low)s::xid8
   AND m.changed < %(high)s::xid8
