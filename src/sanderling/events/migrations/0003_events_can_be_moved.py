from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_params_keep_their_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="is_moved",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
