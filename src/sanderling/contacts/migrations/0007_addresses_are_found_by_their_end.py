from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower, Reverse


class Migration(migrations.Migration):
    atomic = False  # the table can be large: the index is built while it is written

    dependencies = [("contacts", "0006_devices_can_be_muted")]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                models.F("organisation"),
                OpClass(Reverse(Lower("email")), name="text_pattern_ops"),
                name="contacts_contact_by_email_end",
            ),
        ),
    ]
