-- insert_entries: put a chunk of messages into inboxes.
-- What was handed over before stays as it is: a chunk that is repeated adds nothing.
INSERT INTO appinbox_entry
       (organisation_id, contact_id, delivery_id, title, content, link, image, custom, expires_at)
SELECT %(organisation_id)s, w.contact_id, w.delivery_id, w.title, w.content, w.link, w.image,
       w.custom, now() + make_interval(secs => w.life)
  FROM unnest(
       %(contact_ids)s::bigint[], %(delivery_ids)s::bigint[], %(titles)s::text[],
       %(contents)s::text[], %(links)s::text[], %(images)s::text[], %(customs)s::jsonb[],
       %(lives)s::int[]
  ) AS w (contact_id, delivery_id, title, content, link, image, custom, life)
    ON CONFLICT (contact_id, delivery_id) DO NOTHING;
