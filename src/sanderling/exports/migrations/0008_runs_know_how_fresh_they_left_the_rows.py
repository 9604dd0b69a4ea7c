from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exports", "0007_both_sides_are_compared_in_a_rhythm")]

    operations = [
        migrations.AddField("run", "next_run_at", models.DateTimeField(null=True)),
        migrations.AddField("datasetrun", "fresh_at", models.DateTimeField(null=True)),
    ]
