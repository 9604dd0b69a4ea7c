"""The objects that travel: what requests may hold, with the contract's names (api.md, appendix B).

Every member may be null or absent; the rules that a shape cannot say stand with the methods.
"""

from typing import Annotated, Any

import msgspec

# The channels as the contract names them, by our own names (api.md §3.1).
MEDIA = {"Email": "email", "Sms": "sms", "Viber": "viber", "MobilePush": "mobilepush",
         "WebPush": "webpush", "AppInbox": "appinbox", "Telegram": "telegrambot"}  # fmt: skip
Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Number = int | float | str


class Shape(msgspec.Struct, rename="camel", kw_only=True):
    """A JSON object; members that it does not know are ignored."""


class Device(Shape):
    """The phone behind a push token."""

    app_id: str | None = None
    device_model: str | None = None
    os: str | None = None
    locale: str | None = None
    client_version: str | None = None
    app_version: str | None = None
    active: bool | None = None


class Channel(Shape):
    """An address of a contact; of one type there may be two."""

    type: str | None = None
    value: str | None = None
    device: Device | None = None
    web_push_subscription: dict[str, Any] | None = None


class Address(Shape):
    """Where a contact lives."""

    region: str | None = None
    town: str | None = None
    address: str | None = None
    postcode: str | None = None


class FieldValue(Shape):
    """An additional field and its value."""

    id: Id | None = None
    value: str | None = None


class Contact(Shape):
    """A contact as programs send it; ``id`` counts only in bulk calls."""

    id: Id | None = None
    first_name: str | None = None
    last_name: str | None = None
    channels: list[Channel] | None = None
    address: Address | None = None
    fields: list[FieldValue] | None = None
    address_book_id: int | None = None
    external_customer_id: str | None = None
    contact_key: str | None = None
    language_code: str | None = None
    time_zone: str | None = None


class NewContact(Contact):
    """A contact with the segments that it joins.

    The contract names ``groups`` for answers only, but the vendor's method has always put the
    contact there, and forms of shops rely on it.  They are objects with a name, or names.
    """

    groups: Any = None


class WrappedContact(Contact):
    """A contact, or a contact in an envelope, as old clients send it (api.md §1.4)."""

    contact: Contact | None = None


class SubscribeContact(Shape):
    """A person who fills in a form."""

    contact: NewContact | None = None
    groups: list[str] | None = None
    subscriptions: list[str] | None = None
    form_type: str | None = None


class Subscriptions(Shape):
    """The keys of the categories that a contact wants."""

    subscriptions: list[str] | None = None


class ContactsBulk(Shape):
    """Up to 3,000 contacts to add or update."""

    contacts: list[Contact] | None = None
    dedupe_on: str | None = None
    field_id: Id | None = None
    contact_fields: list[str] | None = None
    custom_fields_ids: list[Id] | None = msgspec.field(default=None, name="customFieldsIDs")
    group_names: list[str] | None = None
    group_names_exclude: list[str] | None = None
    restore_deleted: bool | None = None
    event_key_for_new_contacts: str | None = None


class ContactsUpload(Shape):
    """A file of contacts that the server fetches."""

    dedupe_on: str | None = None
    link: str | None = None
    group_names: list[str] | None = None
    group_names_exclude: list[str] | None = None
    restore_deleted: bool | None = None
    event_key_for_new_contacts: str | None = None


class Emails(Shape):
    """E-mail addresses."""

    emails: list[str] | None = None


class Members(Shape):
    """Contacts to put into a segment or take out of it, by one of two kinds of ids."""

    contact_ids: list[Id] | None = None
    external_customer_ids: list[str] | None = None


class Page(Shape, rename=None):
    """A page of a list; the first row has the number 1."""

    startindex: int | None = None
    maxrows: int | None = None

    def window(self, *, most: int = 500, usual: int = 500) -> slice:
        """Return the page as a slice; sizes above the limit are cut to it (api.md §10.11)."""
        start = min(max(self.startindex or 1, 1), 2**40) - 1
        rows = self.maxrows if self.maxrows is not None and self.maxrows > 0 else usual
        return slice(start, start + min(rows, most))


class NamedPage(Page, rename=None):
    """A page of what has this in its name."""

    name: str | None = None
