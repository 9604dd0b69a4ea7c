"""Somebody may ask for all rows of a table: what was changed over there is put right."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exports", "0008_runs_know_how_fresh_they_left_the_rows")]

    operations = [
        migrations.AddField("export", "resend", models.JSONField(default=list, db_default=[]))
    ]
