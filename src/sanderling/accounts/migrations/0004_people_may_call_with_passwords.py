from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_old_methods_can_write_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="password_calls",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
