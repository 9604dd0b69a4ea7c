-- insert_plain_events: write what is plain of a tray of events; return the places of what was written.
-- One statement, so one round trip and one transaction: it checks the keys once more (a key that
-- was switched off since it was looked up writes nothing), finds types and people, and inserts.
-- Left out, for the road that knows all the answers: a new type, one with declared parameters, and
-- a person whom nobody bears a name of, unless the event may be nobody's.
-- Keys and contacts are found apart, as in recognise_contacts. AS MATERIALIZED: each list is read once.
WITH opened AS MATERIALIZED (
    SELECT g.place AS key_place, a.organisation_id
      FROM json_to_recordset(%(keys)s::json) AS g (place integer, digest text, rights text)
      JOIN accounts_apikey AS a
        ON a.digest = g.digest
       AND a.rights = g.rights
       AND a.is_active
       AND a.last_used_at > now() - interval '5 minutes'
), given AS MATERIALIZED (
    SELECT e.place, o.organisation_id, e.type_key, e.key_value, e.params, e.alone
      FROM json_to_recordset(%(events)s::json) AS e (
           place integer, key integer, type_key text, key_value text, params json, alone boolean
      )
      JOIN opened AS o ON o.key_place = e.key
), named AS MATERIALIZED (
    SELECT n.place, n.rank, n.organisation_id, k.contact_id
      FROM (
           SELECT w.place, w.rank, w.kind, w.value, o.organisation_id
             FROM json_to_recordset(%(names)s::json) AS w (
                  place integer, key integer, rank integer, kind text, value text
             )
             JOIN opened AS o ON o.key_place = w.key
            WHERE w.kind <> 'ID'
      ) AS n
      JOIN contacts_contactkey AS k
        ON k.organisation_id = n.organisation_id AND k.kind = n.kind AND k.value = n.value
     UNION ALL
    SELECT w.place, w.rank, o.organisation_id, coalesce(j.contact_id, w.value::bigint)
      FROM json_to_recordset(%(names)s::json) AS w (
           place integer, key integer, rank integer, kind text, value text
      )
      JOIN opened AS o ON o.key_place = w.key
      LEFT JOIN contacts_joining AS j  -- who became a part of somebody is that one
        ON j.organisation_id = o.organisation_id
       AND j.former_id = CASE WHEN w.kind = 'ID' THEN w.value::bigint END
     WHERE w.kind = 'ID'
), alive AS MATERIALIZED (
    SELECT c.id, c.organisation_id
      FROM contacts_contact AS c
     WHERE c.id IN (SELECT contact_id FROM named)
       AND c.deleted_at IS NULL
), known AS (
    SELECT DISTINCT ON (n.place) n.place, n.contact_id
      FROM named AS n
      JOIN alive AS a ON a.id = n.contact_id AND a.organisation_id = n.organisation_id
     ORDER BY n.place, n.rank
), plain AS MATERIALIZED (
    SELECT g.place, g.organisation_id, t.id AS type_id, coalesce(k.contact_id, 0) AS contact_id,
           g.key_value, g.params
      FROM given AS g
      JOIN events_type AS t
        ON t.organisation_id = g.organisation_id AND t.key = g.type_key AND NOT t.is_validated
      LEFT JOIN known AS k ON k.place = g.place
     WHERE g.alone OR k.contact_id IS NOT NULL
), written AS (
    INSERT INTO events_event
           (organisation_id, type_id, contact_id, key_value, params, occurred_at, is_past)
    SELECT p.organisation_id, p.type_id, p.contact_id, p.key_value, p.params, now(), false
      FROM plain AS p
     ORDER BY p.place
)
SELECT p.place FROM plain AS p ORDER BY p.place;
