-- select_standing: what an organisation has already, for the steps of its home page.
-- EXISTS each: the first row answers, however many there are.
SELECT EXISTS (SELECT FROM connectors_connector AS c
                WHERE c.organisation_id = %(organisation_id)s) AS connector,
       EXISTS (SELECT FROM sources_source AS s
                WHERE s.organisation_id = %(organisation_id)s) AS source,
       EXISTS (SELECT FROM contacts_contact AS c
                WHERE c.organisation_id = %(organisation_id)s) AS contact,
       EXISTS (SELECT FROM segments_segment AS s
                WHERE s.organisation_id = %(organisation_id)s) AS segment,
       EXISTS (SELECT FROM messages_message AS m
                WHERE m.organisation_id = %(organisation_id)s) AS message,
       EXISTS (SELECT FROM sending_gateway AS g
                WHERE g.organisation_id = %(organisation_id)s
                  AND g.host <> '') AS gateway,
       EXISTS (SELECT FROM broadcasts_broadcast AS b
                WHERE b.organisation_id = %(organisation_id)s
                  AND b.started_at IS NOT NULL) AS campaign,
       EXISTS (SELECT FROM workflows_workflow AS w
                WHERE w.organisation_id = %(organisation_id)s) AS workflow
