"""What the reports say of a campaign of three people, one of them without an address."""

import re

import pytest
from django.utils import timezone

from sanderling.broadcasts.starting import start, start_due
from sanderling.contacts import suppressing
from sanderling.contacts.models import Contact
from sanderling.reports import campaigns, overview, reasons
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured


@pytest.fixture
def sent(cast, broadcast, client):
    start(broadcast, by=cast.sender)
    while start_due() + dispatch_once():
        pass
    mail = Captured.objects.get(recipient="kozak@example.com")
    pixel = re.search(rb"/t/o/[\w.~-]+", bytes(mail.raw).replace(b"=\r\n", b""))
    assert client.get(pixel.group().decode()).status_code == 200
    broadcast.refresh_from_db()
    return broadcast


def test_the_figures_are_those_of_ledger_and_facts(cast, sent):
    figures = campaigns.figures_of(sent)
    assert (figures.progress.audience, figures.sent) == (2, 2)
    assert (figures.people("RECEIVED"), figures.rate("RECEIVED")) == (1, 50.0)
    assert figures.progress.reasons == {("EXCLUDED", "NO_ADDRESS"): 1}


def test_a_month_has_thirty_days_and_today_is_the_last(cast, sent):
    days = overview.last_days(cast.organisation, now=timezone.now())
    assert len(days) == 30
    assert days[-1].date == timezone.now().astimezone(cast.organisation.zone).date()
    assert (days[-1].delivered, days[-1].opened, days[-1].clicked) == (2, 1, 0)
    assert (days[0].delivered, days[0].opened) == (0, 0)


def test_who_got_it_learns_what_happened_to_it(cast, sent):
    answer = reasons.why(sent, cast.dina)
    assert answer.verdict == "It was sent: the receiving server accepted it."
    assert [fact.status for fact in answer.facts][-1] == "RECEIVED"
    assert [(group.name, group.truth.holds) for group in answer.groups] == [("Readers", True)]


def test_who_was_left_out_learns_why(cast, sent):
    answer = reasons.why(sent, cast.ghost)
    assert answer.verdict == "It was left out when the campaign started."
    assert answer.why == ["The contact has no address in this channel."]


def test_who_was_not_in_the_audience_learns_which_condition_fails(cast, sent):
    late = Contact.objects.create(organisation=cast.organisation, email="late@example.com")
    suppressing.suppress(cast.organisation.pk, "EMAIL", ["late@example.com"], by=cast.owner)
    answer = reasons.why(sent, late)
    assert answer.verdict == "The person was not in the audience when the campaign started."
    assert [group.truth.holds for group in answer.groups] == [False]
    assert answer.suppression.reason == "MANUAL"


def test_the_pages_show_it(owner, cast, sent):
    page = owner.get(f"/reports/campaigns/{sent.pk}").content.decode()
    assert "50.0 %" in page
    found = owner.get(f"/reports/campaigns/{sent.pk}/person", {"who": "kozak@example.com"})
    assert found["Location"] == f"/reports/campaigns/{sent.pk}/people/{cast.dina.pk}"
    assert "accepted it" in owner.get(found["Location"]).content.decode()
    excluded = owner.get(f"/reports/campaigns/{sent.pk}/people", {"status": "EXCLUDED"})
    assert "Ghost" in excluded.content.decode()
    assert "Dina" not in excluded.content.decode()


def test_a_captured_mail_is_shown_in_a_sealed_frame(owner, stranger, cast, sent):
    mail = Captured.objects.get(recipient="kozak@example.com")
    assert "Hello, Dina" in owner.get(f"/inbox/{mail.pk}").content.decode()
    page = owner.get(f"/inbox/{mail.pk}/page")
    assert page["Content-Security-Policy"].startswith("sandbox")
    assert owner.get(f"/inbox/{mail.pk}/source").content == bytes(mail.raw)
    for part in ("", "/page", "/source"):
        assert stranger.get(f"/inbox/{mail.pk}{part}").status_code == 404
