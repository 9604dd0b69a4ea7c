import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import sanderling.postgres.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("contacts", "0004_newcomers_wait_for_their_event"),
    ]

    operations = [
        migrations.CreateModel(
            name="Joining",
            fields=[
                ("changed", sanderling.postgres.fields.ChangedField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id",
                        "former_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("former_id", models.BigIntegerField()),
                ("contact_id", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("followed_at", models.DateTimeField(null=True)),
                ("is_settled", models.BooleanField(default=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "contact_id"], name="contacts_joining_of"),
                    models.Index(
                        condition=models.Q(("is_settled", False)),
                        fields=["at"],
                        name="contacts_joining_due",
                    ),
                ],
            },
        ),
    ]
