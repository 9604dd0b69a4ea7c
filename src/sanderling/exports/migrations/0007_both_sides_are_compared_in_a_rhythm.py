"""Exports into BigQuery, which bills what a comparison reads, go over to one night a week."""

from django.db import migrations, models

WEEKLY = """
UPDATE exports_export AS e
   SET rhythm = 'week'
  FROM connectors_connector AS c
 WHERE c.id = e.connector_id
   AND c.kind = 'BIGQUERY'
"""


class Migration(migrations.Migration):
    dependencies = [("exports", "0006_leases_end_with_their_session")]

    operations = [
        migrations.AddField(
            "export",
            "rhythm",
            models.CharField(
                max_length=5,
                choices=[
                    ("night", "Every night"),
                    ("week", "One night a week"),
                    ("never", "Only when somebody asks"),
                ],
                default="night",
                db_default="night",
            ),
        ),
        migrations.RunSQL(WEEKLY, migrations.RunSQL.noop),
    ]
