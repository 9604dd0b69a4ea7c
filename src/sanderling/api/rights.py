"""Who may call what: the one table of rights of programs (api.md §1.3).

A method belongs to a group, a right opens groups.  The version of a method does not matter.
The vendor prints groups and rights but no table between them; ours opens exactly what the
names promise, so that "adding and updating" never reads.
"""

from enum import IntEnum

from sanderling.accounts.models import KeyRights
from sanderling.accounts.rights import EVERYTHING, Permission


class Group(IntEnum):
    """The groups of methods, numbered as the product's document numbers them."""

    OPEN = 0  # without credentials
    GENERAL = 1  # any valid key or token
    CONTACT_WRITING = 2
    CONTACT_READING = 3
    ACTIVITY = 4
    EVENTS = 5
    SENDING = 6
    FULL = 7  # what the document's groups do not name: full access only


OPENS: dict[str, frozenset[Group]] = {
    KeyRights.FULL: frozenset(Group),
    KeyRights.EVENTS: frozenset({Group.GENERAL, Group.EVENTS}),
    KeyRights.EVENTS_CONTACTS_WRITE: frozenset(
        {Group.GENERAL, Group.CONTACT_WRITING, Group.EVENTS}
    ),
    KeyRights.EVENTS_CONTACTS: frozenset(
        {
            Group.GENERAL,
            Group.CONTACT_WRITING,
            Group.CONTACT_READING,
            Group.ACTIVITY,
            Group.EVENTS,
        }
    ),
    KeyRights.MESSAGES: frozenset({Group.GENERAL, Group.SENDING}),
}

# What the verbs of the rooms ask for, by group: the door has decided already, so a caller has
# the permissions of every group that is open to it and no other.
PERMISSIONS: dict[Group, frozenset[Permission]] = {
    Group.GENERAL: frozenset({Permission.EDIT_MESSAGES}),
    Group.CONTACT_WRITING: frozenset({Permission.EDIT_CONTACTS, Permission.EDIT_SEGMENTS}),
    Group.CONTACT_READING: frozenset({Permission.READ_CONTACTS}),
    Group.ACTIVITY: frozenset({Permission.READ_REPORTS}),
    Group.SENDING: frozenset({Permission.SEND}),
    Group.FULL: EVERYTHING,
}

GROUPS: dict[tuple[str, str], Group] = {
    ("GET", "/v1/version"): Group.GENERAL,
    ("GET", "/v2/version"): Group.GENERAL,
    ("GET", "/v1/account/info"): Group.GENERAL,
    ("GET", "/v1/balance"): Group.GENERAL,
    ("GET", "/v1/balance/history"): Group.GENERAL,
    ("GET", "/v1/subscriptions"): Group.GENERAL,
    ("GET", "/v1/addressbooks"): Group.GENERAL,
    ("GET", "/v1/interfaces/email"): Group.GENERAL,
    ("GET", "/v1/interfaces/sms"): Group.GENERAL,
    ("GET", "/v1/callouts/sms"): Group.GENERAL,
    ("POST", "/v1/auth/token"): Group.GENERAL,
    ("GET", "/v1/workflows"): Group.GENERAL,
    ("GET", "/v1/messages/{channel}"): Group.GENERAL,
    ("POST", "/v1/messages/{channel}"): Group.GENERAL,
    ("GET", "/v1/messages/{channel}/{message_id}"): Group.GENERAL,
    ("PUT", "/v1/messages/{channel}/{message_id}"): Group.GENERAL,
    ("DELETE", "/v1/messages/{channel}/{message_id}"): Group.GENERAL,
    ("PUT", "/v1/messages/{channel}/{message_id}/{language}"): Group.GENERAL,
    ("DELETE", "/v1/messages/{channel}/{message_id}/{language}"): Group.GENERAL,
    ("GET", "/v1/messages/email/{message_id}/viewLink"): Group.GENERAL,
    ("GET", "/v1/contact/token/activated/{app_uuid}/{token_id}"): Group.GENERAL,
    ("PUT", "/v1/contact/token/activated/{app_uuid}/{token_id}"): Group.GENERAL,
    ("PUT", "/v1/interactions/{interaction_id}/status"): Group.OPEN,
    ("POST", "/v1/contact"): Group.CONTACT_WRITING,
    ("PUT", "/v1/contact/{contact_id}"): Group.CONTACT_WRITING,
    ("DELETE", "/v1/contact/{contact_id}"): Group.CONTACT_WRITING,
    ("DELETE", "/v1/contact"): Group.CONTACT_WRITING,
    ("POST", "/v1/contact/subscribe"): Group.CONTACT_WRITING,
    ("PUT", "/v1/contact/{contact_id}/subscriptions"): Group.CONTACT_WRITING,
    ("POST", "/v1/contacts"): Group.CONTACT_WRITING,
    ("POST", "/v1/contacts/upload"): Group.CONTACT_WRITING,
    ("GET", "/v1/importstatus/{session_id}"): Group.CONTACT_WRITING,
    ("POST", "/v1/emails/unsubscribed/add"): Group.CONTACT_WRITING,
    ("POST", "/v1/emails/unsubscribed/delete"): Group.CONTACT_WRITING,
    ("POST", "/v1/emails/unsubscribe/add"): Group.CONTACT_WRITING,
    ("POST", "/v1/emails/unsubscribe/delete"): Group.CONTACT_WRITING,
    ("POST", "/v1/group/{group_id}/contacts/attach"): Group.CONTACT_WRITING,
    ("POST", "/v1/group/{group_id}/contacts/detach"): Group.CONTACT_WRITING,
    ("POST", "/v1/orders"): Group.CONTACT_WRITING,
    ("DELETE", "/v1/orders"): Group.CONTACT_WRITING,
    ("GET", "/v1/contacts"): Group.CONTACT_READING,
    ("GET", "/v1/contact/{contact_id}"): Group.CONTACT_READING,
    ("GET", "/v1/contacts/email"): Group.CONTACT_READING,
    ("GET", "/v1/contact/{contact_id}/subscriptions"): Group.CONTACT_READING,
    ("GET", "/v1/contact/token/{app_uuid}/{token_id}/contactId"): Group.CONTACT_READING,
    ("GET", "/v1/groups"): Group.CONTACT_READING,
    ("GET", "/v1/group/{group_id}/contacts"): Group.CONTACT_READING,
    ("GET", "/v2/contacts/activity"): Group.ACTIVITY,
    ("GET", "/v1/contacts/activity"): Group.ACTIVITY,
    ("GET", "/v1/contactActivity"): Group.ACTIVITY,
    ("GET", "/v2/contacts/messages"): Group.ACTIVITY,
    ("POST", "/v1/event"): Group.EVENTS,
    ("POST", "/v2/event"): Group.EVENTS,
    ("POST", "/v3/event"): Group.EVENTS,
    ("POST", "/v1/past_events"): Group.EVENTS,
    ("POST", "/v2/past_events"): Group.EVENTS,
    ("POST", "/v3/past_events"): Group.EVENTS,
    ("DELETE", "/v1/past_events"): Group.EVENTS,
    ("POST", "/v1/message/{message_id}/smartsend"): Group.SENDING,
    ("POST", "/v1/message/{message_id}/send"): Group.SENDING,
    ("GET", "/v1/message/status"): Group.SENDING,
    ("GET", "/v1/message/email/status"): Group.SENDING,
    ("GET", "/v1/message/sms/status"): Group.SENDING,
    ("GET", "/v1/message/viber/status"): Group.SENDING,
    ("POST", "/v1/message/email"): Group.SENDING,
    ("POST", "/v1/message/sms"): Group.SENDING,
    ("POST", "/v1/message/viber"): Group.SENDING,
    ("POST", "/v1/broadcast"): Group.SENDING,
    ("GET", "/v1/broadcast/{broadcast_id}"): Group.SENDING,
    ("DELETE", "/v1/broadcast/{broadcast_id}"): Group.SENDING,
    ("GET", "/v1/broadcasts"): Group.SENDING,
    ("POST", "/v1/apps/{app_uuid}/tokens"): Group.FULL,
    ("POST", "/v1/auth/contact/token"): Group.FULL,
    ("POST", "/v1/apps/{app_uuid}/token/mute"): Group.FULL,
    ("POST", "/v1/apps/{app_uuid}/token/unmute"): Group.FULL,
    ("GET", "/v1/site/domains"): Group.FULL,
    ("POST", "/v1/site/domains"): Group.FULL,
    ("GET", "/v1/site/script"): Group.FULL,
    ("GET", "/v1/site/webpush/domains"): Group.FULL,
    ("POST", "/v1/site/webpush/domains"): Group.FULL,
    ("POST", "/v1/site/webpush/domain"): Group.FULL,
    ("DELETE", "/v1/site/webpush/domains"): Group.FULL,
    ("GET", "/v1/site/webpush/script"): Group.FULL,
    ("GET", "/v1/products/config"): Group.FULL,
    ("POST", "/v1/products/config"): Group.FULL,
    ("GET", "/v2/contacts/recoms/{source_id}"): Group.FULL,
    ("POST", "/v1/preprocessor/file/upload"): Group.FULL,
    ("POST", "/v1/preprocessor/file/{file_id}"): Group.FULL,
    ("GET", "/v1/preprocessor/file/{file_id}/status"): Group.FULL,
    ("GET", "/v1/promocodes"): Group.FULL,
    ("POST", "/v1/promocodes"): Group.FULL,
    ("GET", "/v1/promocodes/count"): Group.FULL,
}


def group_of(method: str, path: str) -> Group:
    """Return the group of a method; ``/v3`` methods of our own need full access."""
    if (method, path) not in GROUPS and path.startswith("/v3/"):
        return Group.FULL
    return GROUPS[method, path]


def opens(rights: frozenset[str], group: Group) -> bool:
    """Say whether any of the rights opens the group."""
    return group == Group.OPEN or any(group in OPENS.get(right, ()) for right in rights)


def permissions_of(rights: frozenset[str]) -> frozenset[Permission]:
    """Return what the verbs of the rooms may be asked to do with these rights."""
    opened = {group for group in PERMISSIONS if opens(rights, group)}
    return frozenset().union(*(PERMISSIONS[group] for group in opened))
