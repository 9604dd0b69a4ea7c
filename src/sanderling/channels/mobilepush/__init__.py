"""Push to apps, by the HTTP v1 API of Firebase Cloud Messaging (Android and, through it, iOS).

    Account.read(key_file)  ->  Sender(account, resolve=...).send_many(messages)  ->  receipts

A token that FCM calls UNREGISTERED belongs to an app that is gone: it is a hard bounce.
"""

from sanderling.channels.mobilepush.accounts import Account, BadKeyFile
from sanderling.channels.mobilepush.outcomes import outcome_of
from sanderling.channels.mobilepush.payloads import LARGEST, message_of
from sanderling.channels.mobilepush.sending import ENDPOINT, Outgoing, Sender

__all__ = [
    "ENDPOINT",
    "LARGEST",
    "Account",
    "BadKeyFile",
    "Outgoing",
    "Sender",
    "message_of",
    "outcome_of",
]
