-- create_staging: an empty place for people who are about to be merged.
-- NULL in a column: nothing was said; '' (or a JSON null in fields): clear it.
CREATE TEMPORARY TABLE IF NOT EXISTS contacts_staged (
    line bigint NOT NULL,
    contact_id bigint,
    external_id text,
    email text,
    email_key text,
    phone text,
    token text,
    field_key text,
    first_name text,
    last_name text,
    language text,
    time_zone text,
    country text,
    region text,
    town text,
    address text,
    postcode text,
    contact_key text,
    fields jsonb,
    state text NOT NULL DEFAULT 'WAITING',
    reason text,
    attaches boolean NOT NULL DEFAULT false,
    renews boolean NOT NULL DEFAULT false,
    free_kinds text[],
    folded_into bigint
) ON COMMIT DROP;

CREATE TEMPORARY TABLE IF NOT EXISTS contacts_written (
    id bigint NOT NULL
) ON COMMIT DROP;

TRUNCATE contacts_staged;
