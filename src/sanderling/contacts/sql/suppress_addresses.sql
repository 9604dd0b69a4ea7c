-- suppress_addresses: remember addresses that must not be written to; the first reason stays.
INSERT INTO contacts_suppression (organisation_id, channel, address, reason)
SELECT %(organisation_id)s, %(channel)s, address, %(reason)s
  FROM unnest(%(addresses)s::text[]) AS address
 ORDER BY address
    ON CONFLICT DO NOTHING;
