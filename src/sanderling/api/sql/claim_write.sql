-- claim_write: remember a write; no row is touched when the same one was made within a minute.
-- The conflict decides between two at the same moment, and a rolled-back call leaves nothing.
INSERT INTO api_recentwrite AS existing (organisation_id, digest, at)
VALUES (%(organisation_id)s, %(digest)s, now())
    ON CONFLICT (organisation_id, digest) DO UPDATE
   SET at = EXCLUDED.at
 WHERE existing.at < now() - make_interval(secs => %(seconds)s);
