-- insert_links: give numbers to addresses that have none yet.
-- In order of the digest, so that two contents frozen at once do not wait crosswise.
INSERT INTO messages_link (organisation_id, digest, url)
SELECT %(organisation_id)s, n.digest, n.url
  FROM unnest(%(digests)s::text[], %(urls)s::text[]) AS n (digest, url)
 ORDER BY n.digest
    ON CONFLICT (organisation_id, digest) DO NOTHING;
