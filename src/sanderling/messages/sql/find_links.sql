-- find_links: the numbers of addresses.
SELECT digest, id
  FROM messages_link
 WHERE organisation_id = %(organisation_id)s
   AND digest = ANY(%(digests)s);
