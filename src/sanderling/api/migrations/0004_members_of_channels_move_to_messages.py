"""Members that a channel knows now are columns of the message; the API keeps only the others."""

from django.db import migrations

KNOWN = [
    "action", "badgeCount", "buttons", "caption", "customData", "imageSource", "images", "img",
    "link", "smsContent", "smsFallback", "smsSender", "soundEnabled", "subtitle", "trackUrls",
    "transactional", "ttlSec",
]  # fmt: skip
OF_MESSAGES = """
UPDATE messages_message m
   SET details = (SELECT coalesce(jsonb_object_agg(key, value), '{}')
                    FROM jsonb_each(k.members) WHERE key = ANY (%s))
  FROM api_storedmembers k
 WHERE k.message_id = m.id AND k.language = '' AND m.channel <> 'Email'
"""
OF_TRANSLATIONS = """
UPDATE messages_translation t
   SET details = (SELECT coalesce(jsonb_object_agg(key, value), '{}')
                    FROM jsonb_each(k.members) WHERE key = ANY (%s))
  FROM api_storedmembers k
  JOIN messages_message m ON m.id = k.message_id
 WHERE k.message_id = t.message_id AND k.language = t.language
   AND k.language <> '' AND m.channel <> 'Email'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0003_product_feeds_are_kept"),
        ("messages", "0002_other_channels_have_details"),
    ]

    operations = [
        migrations.RunSQL(
            [(OF_MESSAGES, [KNOWN]), (OF_TRANSLATIONS, [KNOWN])], migrations.RunSQL.noop
        ),
    ]
