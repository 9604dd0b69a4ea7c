"""Alerts: figures exact, mails to whom they belong, and nothing said on too few messages."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from sanderling.accounts.models import AuditEntry
from sanderling.activities.recording import NewActivity, record
from sanderling.lib.errors import Forbidden, Invalid, NotFound
from sanderling.reports import alerting, alerts, measuring
from sanderling.reports.alerts import Draft
from sanderling.reports.models import Alert, Check

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def tell(cast):
    """Return a function that records messages of one status, each of its own."""
    numbers = iter(range(1, 100_000))

    def told(status, count, *, ago=HOUR, first=None, **columns):
        at = timezone.now() - ago
        told = [
            NewActivity(
                organisation_id=cast.organisation.pk, contact_id=cast.dina.pk, status=status,
                occurred_at=at, delivery_id=next(numbers) if first is None else first + place,
                **columns,
            )
            for place in range(count)
        ]  # fmt: skip
        record(told)

    return told


def draft(cast, **changes):
    usual = {
        "name": "Mail arrives", "figure": "DELIVERY_RATE", "condition": "BELOW",
        "limit": Decimal(90), "least": 10, "readers": (cast.sender_user.pk,),
    }  # fmt: skip
    return Draft(**{**usual, **changes})


def made(cast, **changes):
    return alerts.save(cast.organisation.pk, draft(cast, **changes), by=cast.owner)


def look(alert):
    """Look at an alert now; return it."""
    Alert.objects.filter(pk=alert.pk).update(next_check_at=timezone.now())
    assert alerting.check_due() == 1
    alert.refresh_from_db()
    return alert


def test_a_delivery_rate_that_is_too_low_is_mailed_once_and_again_when_it_is_well(
    cast, tell, settings
):
    settings.BASE_URL = "https://mail.sandpiper.example"
    alert = made(cast)
    tell("DELIVERED", 16)
    tell("UNDELIVERED", 4)
    assert alerting.check_due() == 1
    assert alerting.check_due() == 0
    (letter,) = mail.outbox
    assert letter.to == ["sender@sandpiper.example"]
    assert letter.subject == "Alert: Mail arrives"
    assert letter.body == (
        "This alert fires: Delivery rate is below 90.00 %.\n\n"
        "The last 24 hours: 80.00 %, of 20 messages sent.\n\n"
        "The 24 hours before: too few messages.\n\n"
        f"https://mail.sandpiper.example/reports/alerts/{alert.pk}"
    )
    assert look(alert).is_firing
    assert len(mail.outbox) == 1  # it fires still, and was told
    tell("DELIVERED", 80)
    assert not look(alert).is_firing
    assert mail.outbox[1].subject == "Well again: Mail arrives"
    assert [(c.value, c.volume, c.is_firing) for c in Check.objects.order_by("pk")] == [
        (Decimal("80.00"), 20, True),
        (Decimal("80.00"), 20, True),
        (Decimal("96.00"), 100, False),
    ]
    verbs = AuditEntry.objects.filter(verb__startswith="alert.").order_by("pk")
    assert [entry.verb for entry in verbs] == ["alert.create", "alert.fires", "alert.ends"]


def test_what_stays_alarming_is_told_again_after_a_day(cast, tell):
    alert = made(cast)
    tell("UNDELIVERED", 20)
    look(alert)
    Alert.objects.update(told_at=timezone.now() - dt.timedelta(hours=25))
    look(alert)
    assert [letter.subject for letter in mail.outbox] == ["Alert: Mail arrives"] * 2


def test_too_few_messages_say_nothing(cast, tell):
    alert = made(cast, least=21)
    tell("UNDELIVERED", 20)
    assert not look(alert).is_firing
    assert Check.objects.get().value is None
    assert mail.outbox == []
    tell("UNDELIVERED", 1)
    assert look(alert).is_firing


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("DELIVERY_RATE", "80.00"),
        ("OPEN_RATE", "50.00"),
        ("CLICK_RATE", "25.00"),
        ("UNSUBSCRIBE_RATE", "12.50"),
        ("SPAM_RATE", "6.25"),
    ],
)
def test_a_rate_counts_each_message_once(cast, tell, figure, value):
    tell("DELIVERED", 16, first=1000)
    tell("UNDELIVERED", 4)
    for status, count in (("RECEIVED", 8), ("CLICKED", 4), ("UNSUBSCRIBED", 2), ("SPAM", 1)):
        tell(status, count, first=1000)
    tell("RECEIVED", 8, first=1000)  # opened again
    alert = made(cast, figure=figure)
    assert measuring.measure(alert, now=timezone.now()).value == Decimal(value)


def test_a_fall_is_reckoned_against_the_period_before(cast, tell):
    tell("DELIVERED", 20, ago=30 * HOUR, first=1000)
    tell("RECEIVED", 10, ago=30 * HOUR, first=1000)
    tell("DELIVERED", 20, first=2000)
    tell("RECEIVED", 7, first=2000)
    alert = made(cast, figure="OPEN_RATE", condition="FELL", limit=Decimal(30))
    assert not look(alert).is_firing  # from 50 to 35 per cent: by exactly 30
    check = Check.objects.get()
    assert (check.before, check.value) == (Decimal("50.00"), Decimal("35.00"))
    alerts.save(
        cast.organisation.pk,
        draft(cast, figure="OPEN_RATE", condition="FELL", limit=Decimal(29)),
        alert_id=alert.pk,
        by=cast.owner,
    )
    assert look(alert).is_firing
    rose = made(cast, figure="OPEN_RATE", condition="ROSE", limit=Decimal(1))
    assert not look(rose).is_firing


def test_only_the_channel_and_the_campaign_of_the_rule_count(cast, tell):
    tell("UNDELIVERED", 20, media_type="Sms")
    tell("UNDELIVERED", 20, broadcast_id=8)
    tell("DELIVERED", 20, broadcast_id=9, workflow_id=7)
    now = timezone.now()
    alert = made(cast)
    values = {}
    for name, scope in {
        "all": {},
        "sms": {"media_type": "Sms"},
        "campaign": {"media_type": "", "broadcast_id": 9},
        "workflow": {"broadcast_id": None, "workflow_id": 7},
    }.items():
        for column, value in scope.items():
            setattr(alert, column, value)
        values[name] = measuring.measure(alert, now=now).value
    assert values == {"all": Decimal("33.33"), "sms": 0, "campaign": 100, "workflow": 100}


def test_a_paused_alert_is_not_looked_at(cast, tell):
    alert = made(cast)
    tell("UNDELIVERED", 20)
    alerts.pause(cast.organisation.pk, alert.pk, on=True, by=cast.owner)
    assert alerting.check_due() == 0
    assert mail.outbox == []
    alerts.pause(cast.organisation.pk, alert.pk, on=False, by=cast.owner)
    assert alerting.check_due() == 1
    assert len(mail.outbox) == 1


def test_a_reader_who_left_the_organisation_gets_nothing(cast, tell):
    alert = made(cast)
    tell("UNDELIVERED", 20)
    cast.sender_user.membership_set.all().delete()
    assert look(alert).is_firing
    assert mail.outbox == []


def test_a_rule_that_makes_no_sense_is_refused_and_nothing_is_kept(cast):
    with pytest.raises(Invalid) as refused:
        made(
            cast, name=" ", figure="X", condition="Y", limit=Decimal(-1), window_hours=0,
            least=-1, media_type="Pigeon", broadcast_id=5, workflow_id=6,
            readers=(cast.stranger_user.pk,),
        )  # fmt: skip
    assert set(refused.value.problems) == {
        "name", "figure", "condition", "limit", "window_hours", "least", "media_type",
        "broadcast_id", "workflow_id", "readers",
    }  # fmt: skip
    with pytest.raises(Invalid, match="between 0 and 100"):
        made(cast, limit=Decimal(101))
    assert Alert.objects.count() == 0


def test_a_stranger_finds_no_alert_of_ours(cast):
    alert = made(cast)
    with pytest.raises(NotFound):
        alerts.delete(cast.elsewhere.pk, alert.pk, by=cast.stranger)
    with pytest.raises(Forbidden):
        alerts.save(cast.organisation.pk, draft(cast), by=viewer(cast))
    assert Alert.objects.count() == 1


def viewer(cast):
    return replace(cast.owner, permissions=frozenset())


def test_an_alert_is_made_looked_at_and_deleted_on_its_pages(owner, cast, tell):
    page = owner.get("/reports/alerts/").content.decode()
    assert "No alerts yet" in page
    form = {
        "name": "Mail arrives", "figure": "DELIVERY_RATE", "condition": "BELOW", "limit": "90",
        "window_hours": "24", "least": "10", "media_type": "", "scope": "",
        "readers": [cast.owner_user.pk],
    }  # fmt: skip
    page = owner.post("/reports/alerts/new", {**form, "readers": []}).content.decode()
    assert "Choose at least one member." in page
    assert Alert.objects.count() == 0
    here = owner.post("/reports/alerts/new", form)["Location"]
    alert = Alert.objects.get()
    assert here == f"/reports/alerts/{alert.pk}"
    assert "It was not looked at yet" in owner.get(here).content.decode()
    tell("UNDELIVERED", 20)
    look(alert)
    page = owner.get(here).content.decode()
    assert "alarming" in page
    assert "0.00 %" in page
    assert 'data-plot="figure"' not in page
    look(alert)
    assert 'data-plot="figure"' in owner.get(here).content.decode()
    owner.post(f"{here}/edit", {**form, "limit": "0"})
    alert.refresh_from_db()
    assert (alert.limit, alert.is_firing) == (0, False)
    owner.post(f"{here}/pause", {"on": "1"})
    assert "paused" in owner.get("/reports/alerts/").content.decode()
    owner.post(f"{here}/delete")
    assert (Alert.objects.count(), Check.objects.count()) == (0, 0)
