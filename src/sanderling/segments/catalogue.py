"""What an organisation's conditions may speak of: its fields, lists, segments, sources, events.

Loaded in a handful of queries and then only read, so that parsing, describing and the builder
page see the same world and never ask the database in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanderling.connectors.drivers import tables as drivers
from sanderling.contacts.models import ContactList, EmailStatus, Field, FieldType, Source
from sanderling.events.models import EventType
from sanderling.orders.models import OrderStatus
from sanderling.segments.kinds import Kind
from sanderling.segments.models import Segment
from sanderling.sources.models import DataSource


@dataclass(frozen=True)
class Named:
    """Something that can be asked about: its label, its kind, and its words if it has few."""

    label: str | Promise
    kind: Kind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceEntry:
    """A data source and the kinds of its columns."""

    name: str
    columns: Mapping[str, Kind]


@dataclass(frozen=True)
class SegmentEntry:
    """Another dynamic segment, with its stored condition."""

    name: str
    condition: Any


STANDARD_FIELDS: dict[str, Named] = {
    "email": Named(_("Email"), Kind.TEXT),
    "email_domain": Named(_("Email domain"), Kind.TEXT),
    "email_status": Named(_("Email status"), Kind.TEXT, tuple(EmailStatus.values)),
    "phone": Named(_("Phone"), Kind.TEXT),
    "external_id": Named(_("External ID"), Kind.TEXT),
    "first_name": Named(_("First name"), Kind.TEXT),
    "last_name": Named(_("Last name"), Kind.TEXT),
    "language": Named(_("Language"), Kind.TEXT),
    "time_zone": Named(_("Time zone"), Kind.TEXT),
    "country": Named(_("Country"), Kind.TEXT),
    "region": Named(_("Region"), Kind.TEXT),
    "town": Named(_("Town"), Kind.TEXT),
    "address": Named(_("Address"), Kind.TEXT),
    "postcode": Named(_("Postcode"), Kind.TEXT),
    "contact_key": Named(_("Contact key"), Kind.TEXT),
    "source": Named(_("Contact source"), Kind.TEXT, tuple(Source.values)),
    "created_at": Named(_("Created"), Kind.MOMENT),
    "id": Named(_("Contact ID"), Kind.NUMBER),
}

KIND_OF_FIELD = {
    FieldType.TEXT: Kind.TEXT,
    FieldType.TEXTAREA: Kind.TEXT,
    FieldType.COMBOBOX: Kind.TEXT,
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.DECIMAL: Kind.NUMBER,
    FieldType.DATE: Kind.DATE,
    FieldType.DATETIME: Kind.MOMENT,
    FieldType.CHECKBOXES: Kind.CHOICES,
}

AGGREGATES: dict[str, Named] = {
    "count": Named(_("Number of orders"), Kind.NUMBER),
    "total": Named(_("Total of orders"), Kind.NUMBER),
    "average": Named(_("Average order"), Kind.NUMBER),
    "last_date": Named(_("Last order"), Kind.MOMENT),
    "first_date": Named(_("First order"), Kind.MOMENT),
}
ACTIVITIES = {
    "sent": _("Last sent"),
    "delivered": _("Last delivered"),
    "opened": _("Last opened"),
    "clicked": _("Last clicked"),
}
CHANNELS = (
    "Email", "Sms", "Viber", "WebPush", "MobilePush", "AppInbox", "In-App", "Widget", "Telegram",
)  # fmt: skip
ORDER_STATUSES = tuple(OrderStatus.values)


@dataclass(frozen=True)
class Catalogue:
    """Everything that a condition of one organisation may name."""

    fields: Mapping[str, Named] = field(default_factory=lambda: STANDARD_FIELDS)
    lists: Mapping[int, str] = field(default_factory=dict)
    segments: Mapping[int, SegmentEntry] = field(default_factory=dict)
    sources: Mapping[int, SourceEntry] = field(default_factory=dict)
    event_types: Mapping[str, str] = field(default_factory=dict)


def catalogue_of(organisation_id: int) -> Catalogue:
    """Return what the organisation has now."""
    return Catalogue(
        fields=STANDARD_FIELDS | _additional_fields(organisation_id),
        lists=dict(
            ContactList.objects.filter(organisation_id=organisation_id)
            .order_by("name")
            .values_list("id", "name")
        ),
        segments={
            segment.id: SegmentEntry(segment.name, segment.condition)
            for segment in Segment.objects.filter(organisation_id=organisation_id).order_by("name")
        },
        sources={
            source.pk: SourceEntry(source.name, _column_kinds(source.columns))
            for source in DataSource.objects.filter(organisation_id=organisation_id).order_by(
                "name"
            )
        },
        event_types=dict(
            EventType.objects.filter(organisation_id=organisation_id)
            .order_by("key")
            .values_list("key", "name")
        ),
    )


def _additional_fields(organisation_id: int) -> dict[str, Named]:
    return {
        f"field:{row.pk}": Named(
            f"{row.group.name}: {row.name}",
            KIND_OF_FIELD[FieldType(row.type)],
            tuple(map(str, row.allowed_values)) if isinstance(row.allowed_values, list) else (),
        )
        for row in Field.objects.filter(organisation_id=organisation_id)
        .select_related("group")
        .order_by("group__name", "name")
    }


def _column_kinds(columns: list[dict[str, Any]]) -> dict[str, Kind]:
    """Return kinds as the driver saw them when the source was last looked at."""
    return {
        column["name"]: _KIND_OF_COLUMN.get(column.get("kind", ""), Kind.OPAQUE)
        for column in columns
    }


_KIND_OF_COLUMN = {
    drivers.Kind.TEXT: Kind.TEXT,
    drivers.Kind.NUMBER: Kind.NUMBER,
    drivers.Kind.DATE: Kind.DATE,
    drivers.Kind.TIMESTAMP: Kind.MOMENT,
    drivers.Kind.BOOLEAN: Kind.FLAG,
    drivers.Kind.LIST: Kind.CHOICES,
}
