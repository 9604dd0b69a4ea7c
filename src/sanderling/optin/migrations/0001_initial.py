import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import sanderling.postgres.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE optin_confirmation_id_seq", "DROP SEQUENCE optin_confirmation_id_seq"
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="accounts.organisation",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("LETTER", "Our letter asks for confirmation"),
                            ("WORKFLOW", "A workflow of yours asks for confirmation"),
                            ("NONE", "Nobody asks: subscribed at once"),
                        ],
                        default="LETTER",
                        max_length=8,
                    ),
                ),
                ("forms", models.JSONField(default=dict)),
                ("sender_name", models.CharField(blank=True, default="", max_length=200)),
                ("sender_email", models.CharField(blank=True, default="", max_length=254)),
                ("letters", models.JSONField(default=dict)),
                ("redirect_url", models.CharField(blank=True, default="", max_length=1000)),
                ("waits", models.BooleanField(default=False)),
                ("days", models.IntegerField(default=7)),
            ],
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contact_id",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "id",
                    sanderling.postgres.fields.SequenceIdField(
                        sequence="optin_confirmation_id_seq"
                    ),
                ),
                ("contact_id", models.BigIntegerField()),
                ("address", models.CharField(max_length=254)),
                ("form_type", models.CharField(blank=True, default="", max_length=100)),
                ("lists", models.JSONField(default=list)),
                ("categories", models.JSONField(default=list)),
                ("letters", models.IntegerField(default=0)),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("written_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True)),
                        fields=("contact_id", "address"),
                        name="optin_open_once",
                    )
                ],
            },
        ),
    ]
