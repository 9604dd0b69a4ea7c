from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exports", "0005_exports_have_views")]

    operations = [
        migrations.AddField("export", "lease_pid", models.IntegerField(null=True)),
        migrations.AddField("export", "lease_since", models.DateTimeField(null=True)),
    ]
