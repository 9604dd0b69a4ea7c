from django.db import migrations

# Two categories of one name: the elder has the list of that name.
TIE = """
WITH named AS (
  SELECT id, organisation_id,
         CASE WHEN row_number() OVER (PARTITION BY organisation_id, name ORDER BY id) = 1
              THEN name ELSE left(name || ' (' || key || ')', 200) END AS list_name
    FROM contacts_category
), made AS (
  INSERT INTO contacts_list (organisation_id, name, created_at)
  SELECT organisation_id, list_name, now() FROM named
      ON CONFLICT DO NOTHING
  RETURNING id, organisation_id, name
), every AS (
  SELECT id, organisation_id, name FROM contacts_list
   UNION
  SELECT id, organisation_id, name FROM made
)
UPDATE contacts_category g
   SET list_id = e.id
  FROM named
  JOIN every e
    ON e.organisation_id = named.organisation_id AND e.name = named.list_name
 WHERE g.id = named.id;
"""
# Who is in a list already has never said to want its category; the other way round is safe.
FILL = """
INSERT INTO contacts_listmember (organisation_id, contact_id, list_id)
SELECT s.organisation_id, s.contact_id, g.list_id
  FROM contacts_subscription s
  JOIN contacts_category g ON g.id = s.category_id
    ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0008_categories_have_lists")]

    operations = [migrations.RunSQL([TIE, FILL], migrations.RunSQL.noop)]
