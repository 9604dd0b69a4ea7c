import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("contacts", "0003_erasures_know_whether_all_forgot"),
    ]

    operations = [
        migrations.CreateModel(
            name="Newcomer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contact_id",
                        "import_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("contact_id", models.BigIntegerField()),
                ("import_id", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["import_id", "contact_id"], name="contacts_newcomer_next")
                ],
            },
        ),
    ]
