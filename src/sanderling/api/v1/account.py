"""General methods (group 1): version, account, catalogues."""

import datetime as dt
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count

from sanderling import __version__
from sanderling.accounts.models import Membership, Role, User
from sanderling.api.answering import collapse, present, text
from sanderling.api.authenticating import event_token
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import MEDIA, Page, Shape
from sanderling.api.times import local, stamp
from sanderling.broadcasts import callouts
from sanderling.contacts import consent, fields
from sanderling.contacts.models import Field, FieldType
from sanderling.lib.errors import Forbidden, Invalid, SanderlingError
from sanderling.messages.models import Channel
from sanderling.postgres.statements import Statements
from sanderling.sending import choosing
from sanderling.sending.models import Gateway

STATEMENTS = Statements("sanderling.api")
PROTOCOL_VERSION = "1.0"
LONGEST_HISTORY = dt.timedelta(days=90)
LAST_DAY = dt.date(9998, 12, 31)


class PeriodTooLong(SanderlingError):
    """Request period must be not greater than 90 days"""

    status = 419


class Period(Shape):
    """The days of a history; by default today."""

    date_from: str | None = None
    date_to: str | None = None


@operation("GET", "/v1/version", summary="Version of the API and of its protocol")
@operation("GET", "/v2/version", summary="Version of the API and of its protocol")
def version(call: Call) -> dict[str, str]:
    """Return both as strings, as every source has them (R2)."""
    return {"version": __version__, "protocolVersion": PROTOCOL_VERSION}


@operation("GET", "/v1/account/info", summary="Whose key or token this is")
def account_info(call: Call) -> dict[str, Any]:
    """Return the person behind the key, and the organisation."""
    return {
        "userEmail": _person_email(call),
        "organisationName": call.organisation.name,
        "orgId": call.organisation_id,
    }


@operation("GET", "/v1/balance", summary="Balance: nothing is charged here")
def balance(call: Call) -> dict[str, Any]:
    """Return an empty balance: a self-hosted product has no tariff, clients want the shape."""
    return {
        "currentBalance": 0.0,
        "creditLimit": 0.0,
        "currency": call.organisation.currency,
        "bonusEmails": 0,
        "bonusSmses": 0,
    }


@operation("GET", "/v1/balance/history", summary="What was sent by day; it costs nothing")
def balance_history(call: Call, query: Period) -> dict[str, Any]:
    """Return what was sent on each day of a period, by channel; every price is 0.

    Days without anything are left out.
    """
    zone = call.organisation.zone
    first, last = _period(query, dt.datetime.now(zone).date())
    rows = STATEMENTS.rows(
        "count_sent",
        {
            "organisation_id": call.organisation_id,
            "zone": str(zone),
            "first": dt.datetime.combine(first, dt.time(), zone),
            "last": dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone),
        },
    )
    days = [
        {
            "date": dt.datetime.combine(day, dt.time(), zone).isoformat(),
            "channelDetails": [_costs(media_type, *counts) for _, media_type, *counts in of_day],
        }
        for day, of_day in groupby(rows, key=itemgetter(0))
    ]
    return {"currency": call.organisation.currency, "dailyCosts": days}


@operation("GET", "/v1/subscriptions", summary="Subscription categories")
def subscriptions(call: Call) -> list[dict[str, Any]]:
    """Return the categories; the segment of a category holds those who want it."""
    rows = consent.categories(call.organisation_id).annotate(
        wanted=Count("subscription__contact_id")
    )
    return [
        present(
            id=category.pk,
            key=category.key,
            name=category.name,
            groupId=category.list_id,
            contactsCount=category.wanted,
            createdDate=stamp(category.created_at),
            updatedDate=stamp(category.created_at),  # nothing of it changes
        )
        for category in rows
    ]


@operation("GET", "/v1/addressbooks", summary="Additional fields of contacts")
def address_books(call: Call) -> dict[str, Any]:
    """Return the one catalogue of fields, its single members collapsed (R1)."""
    known = fields.catalogue(call.organisation_id).values()
    groups = [
        {
            "name": group.name,
            "profileKey": group.key,
            "fields": collapse([_field(one) for one in known if one.group_id == group.pk]),
        }
        for group in fields.groups(call.organisation_id)
    ]
    return {
        "addressBook": {
            "addressBookId": call.organisation_id,
            "name": call.organisation.name,
            "fieldGroups": collapse(groups),
        }
    }


@operation("GET", "/v1/interfaces/email", summary="Senders of e-mail")
def email_interfaces(call: Call) -> list[dict[str, str]]:
    """Return the sender of the organisation's gateway."""
    gateway = Gateway.objects.filter(organisation_id=call.organisation_id, channel="Email").first()
    if gateway is None or not gateway.sender_email:
        return []
    return [{"type": "email", "value": f'"{gateway.sender_name}" <{gateway.sender_email}>'}]


@operation("GET", "/v1/interfaces/sms", summary="Senders of SMS")
def sms_interfaces(call: Call) -> list[dict[str, str]]:
    """Return what messages may name as their sender, of all SMS gateways."""
    known = choosing.senders_of(call.organisation_id, Channel.SMS)
    return [{"type": "sms", "value": sender} for sender in known]


@operation("GET", "/v1/callouts/sms", summary="Statistics of SMS campaigns")
def sms_callouts(call: Call, query: Page) -> list[dict[str, Any]]:
    """Return the SMS campaigns that began, newest first, with what became of them."""
    rows = callouts.of_channel(call.organisation_id, Channel.SMS)[query.window()]
    return [_callout(call, one) for one in callouts.counted(call.organisation_id, rows)]


def _callout(call: Call, one: callouts.Callout) -> dict[str, Any]:
    """Return a campaign's figures; its first segment stands for all (§10.13: ISO dates)."""
    return present(
        calloutName=one.name,
        groupId=one.group_id,
        groupName=one.group_name,
        date=local(one.started_at, call.organisation.zone),
        sent=one.sent,
        delivered=one.delivered,
        errors=one.errors,
    )


@operation("POST", "/v1/auth/token", summary="A token that opens the event methods for a day")
def auth_token(call: Call) -> Any:
    """Return a bare token, usable as Bearer for v1 event and past_events only."""
    if call.known.key_id is None:
        raise Forbidden("Only an API key can ask for an event token.")
    return text(event_token(call.known.key_id))


def _person_email(call: Call) -> str:
    """Return the e-mail of the key's maker; of a key without one, that of the first owner."""
    user = User.objects.filter(pk=call.known.person_id).first() if call.known.person_id else None
    if user is None:
        owner = (
            Membership.objects.filter(organisation_id=call.organisation_id, role=Role.OWNER)
            .select_related("user")
            .order_by("pk")
            .first()
        )
        user = owner.user if owner else None
    return user.email if user else ""


def _period(query: Period, today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day, both included; by default today."""
    first, last = _day(query.date_from, today), _day(query.date_to, today)
    if last < first:
        raise Invalid("dateTo must be greater or equal to dateFrom")
    if last - first > LONGEST_HISTORY:
        raise PeriodTooLong
    return first, last


def _day(given: str | None, usual: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(given[:10]) if given else usual
    except ValueError as error:
        raise Invalid("Dates are written YYYY-MM-DD.") from error
    if day > LAST_DAY:
        raise Invalid("That day lies outside of the calendar.")
    return day


def _costs(media_type: str, sent: int, parts: int) -> dict[str, Any]:
    """Return a channel's line of a day (api.md §5.1.4): how many left, and no money."""
    return {
        "mediaType": MEDIA.get(media_type, media_type.lower()),
        "totalSent": sent,
        "totalParts": parts,
        "bonusSpent": 0,
        "fundsWithdrawal": 0.0,
        "fundsRefund": 0.0,
        "bonusReceived": 0,
        "reservedFundsWithdrawal": 0.0,
        "reservedFundsRefund": 0.0,
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "id": field.pk,
        "name": field.name,
        "fieldKey": field.key,
        "description": present(
            type=field.type.upper(),
            required=field.is_required,
            readonly=field.is_readonly,
            allowedValues=_allowed(field),
        ),
    }


def _allowed(field: Field) -> dict[str, Any] | None:
    if field.type in (FieldType.COMBOBOX, FieldType.CHECKBOXES):
        return {"possibleValues": list(field.allowed_values)}
    return None
