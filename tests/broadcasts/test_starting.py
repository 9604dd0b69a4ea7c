"""From a draft to sent, and everything that may come between."""

import datetime as dt

import pytest
from django.utils import timezone

from sanderling.accounts.models import AuditEntry
from sanderling.broadcasts import drafting, pausing, starting
from sanderling.broadcasts.checking import NotReady, warnings_of
from sanderling.broadcasts.starting import start, start_due
from sanderling.contacts import lists
from sanderling.lib.errors import Conflict, Forbidden, Invalid, NotFound
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Batch, Captured, Delivery

HOUR = dt.timedelta(hours=1)


def work():
    while start_due() + dispatch_once():
        pass


def status(broadcast):
    broadcast.refresh_from_db()
    return broadcast.status


def test_a_campaign_goes_to_its_people_once(cast, broadcast):
    assert (broadcast.status, broadcast.name) == ("DRAFT", "News: Readers")
    start(broadcast, by=cast.sender)
    assert status(broadcast) == "RUNNING"
    work()
    assert status(broadcast) == "IDLE"
    assert broadcast.finished_at >= broadcast.started_at
    assert {mail.recipient for mail in Captured.objects.all()} == {
        "kozak@example.com",
        "ivan@приклад.укр",
    }
    assert Delivery.objects.get(contact_id=cast.ghost.pk).reason == "NO_ADDRESS"
    assert AuditEntry.objects.filter(verb="broadcast.start").get().actor == cast.sender.name


def test_a_stranger_cannot_start_our_broadcast(cast, broadcast):
    with pytest.raises(NotFound):
        drafting.get(cast.elsewhere.pk, broadcast.pk)
    with pytest.raises(NotFound):
        drafting.create(
            cast.elsewhere.pk, message_id=broadcast.message_id, include=[], by=cast.stranger
        )
    assert status(broadcast) == "DRAFT"


def test_somebody_without_the_right_to_send_cannot_start(cast, broadcast):
    from dataclasses import replace

    with pytest.raises(Forbidden):
        start(broadcast, by=replace(cast.sender, permissions=frozenset()))
    assert status(broadcast) == "DRAFT"
    assert Delivery.objects.count() == 0


def test_everything_that_is_wrong_is_said_at_once(cast, broadcast, message, readers):
    message.subject, message.sender_email = "", ""
    message.html = "<p>\n  #if($x)"
    message.save()
    from sanderling.sending.models import Gateway

    Gateway.objects.create(organisation=cast.organisation, host="mail.example")
    lists.delete(cast.organisation.pk, readers.pk, by=cast.owner)
    broadcast = drafting.get(cast.organisation.pk, broadcast.pk)
    with pytest.raises(NotReady) as caught:
        start(broadcast, by=cast.sender)
    said = caught.value.problems
    assert said[0] == "The message has no subject."
    assert said[1].startswith("html, line 2: ")
    assert said[2:] == [
        "The message has no sender address.",
        f"The list or segment {readers.pk} does not exist any more.",
    ]
    assert status(broadcast) == "DRAFT"
    assert Delivery.objects.count() == 0


def test_what_is_only_strange_is_said_and_does_not_stop(cast, broadcast, message):
    message.html = "<p>$!nobody $!data.get('promo_codes').get(0).get('name')</p>"
    message.save()
    said = warnings_of(drafting.get(cast.organisation.pk, broadcast.pk))
    assert [line.split(":")[0] for line in said] == [
        "There is no link to unsubscribe",
        "html, line 1",
        "No data source is named “promo_codes”",
        "“$nobody” is neither a field of contacts nor a data source",
    ]
    assert "The list may be empty: then there is no such element." in said[1]
    start(broadcast, by=cast.sender)


def test_a_dry_run_tells_how_many_would_get_a_hole(cast, broadcast, message):
    message.html = "<p>$!firstName.substring(9) $!unsubscribeUrl</p>"
    message.save()
    [said] = warnings_of(drafting.get(cast.organisation.pk, broadcast.pk))
    assert said.startswith("html, line 1: ")
    assert said.endswith("(so for 3 of the first 3 people)")


def test_a_scheduled_campaign_waits_for_its_time(cast, broadcast):
    with pytest.raises(Invalid):
        starting.schedule(broadcast, timezone.now() - HOUR, by=cast.sender)
    starting.schedule(broadcast, timezone.now() + HOUR, by=cast.sender)
    work()
    assert status(broadcast) == "SCHEDULED"
    type(broadcast).objects.update(scheduled_at=timezone.now() - HOUR)
    work()
    assert status(broadcast) == "IDLE"
    assert Captured.objects.count() == 2


def test_the_audience_is_the_people_of_the_moment_of_starting(cast, broadcast, readers):
    starting.schedule(broadcast, timezone.now() + HOUR, by=cast.sender)
    lists.remove_members(cast.organisation.pk, readers.pk, [cast.ivan.pk], by=cast.owner)
    type(broadcast).objects.update(scheduled_at=timezone.now() - HOUR)
    work()
    assert Captured.objects.get().recipient == "kozak@example.com"


def test_what_is_sent_is_the_message_as_it_was_when_it_was_opened(cast, broadcast, message):
    start(broadcast, by=cast.sender)
    message.subject = "Changed"
    message.save()
    work()
    assert {mail.subject for mail in Captured.objects.all()} == {"Hello, Dina", "Hello, Іван"}


def test_where_a_second_person_is_wanted_the_first_cannot_approve(cast, broadcast):
    cast.organisation.second_person = True
    cast.organisation.save(update_fields=["second_person"])
    broadcast = drafting.get(cast.organisation.pk, broadcast.pk)
    start(broadcast, by=cast.sender)
    assert status(broadcast) == "UNCONFIRMED"
    with pytest.raises(Forbidden):
        starting.approve(broadcast, by=cast.sender)
    work()
    assert Captured.objects.count() == 0
    starting.approve(broadcast, by=cast.owner)
    work()
    assert status(broadcast) == "IDLE"
    assert Captured.objects.count() == 2


def test_a_blocked_campaign_goes_nowhere(cast, broadcast):
    cast.organisation.second_person = True
    cast.organisation.save(update_fields=["second_person"])
    broadcast = drafting.get(cast.organisation.pk, broadcast.pk)
    start(broadcast, by=cast.sender)
    starting.block(broadcast, "Wrong prices", by=cast.owner)
    work()
    assert (status(broadcast), broadcast.note) == ("BLOCKED", "Wrong prices")
    assert Delivery.objects.count() == 0


def test_starting_twice_is_refused(cast, broadcast):
    start(broadcast, by=cast.sender)
    with pytest.raises(Conflict):
        start(broadcast, by=cast.sender)
    stale = drafting.get(cast.organisation.pk, broadcast.pk)
    stale.status = "DRAFT"
    with pytest.raises(Conflict):
        start(stale, by=cast.sender)


def test_a_paused_campaign_waits_and_goes_on(cast, broadcast):
    start(broadcast, by=cast.sender)
    start_due()
    pausing.pause(broadcast, by=cast.sender)
    work()
    assert status(broadcast) == "PAUSED"
    assert Captured.objects.count() == 0
    pausing.resume(broadcast, by=cast.sender)
    work()
    assert status(broadcast) == "IDLE"
    assert Captured.objects.count() == 2


def test_a_campaign_paused_before_its_audience_was_frozen_freezes_it_afterwards(cast, broadcast):
    start(broadcast, by=cast.sender)
    pausing.pause(broadcast, by=cast.sender)
    work()
    assert Delivery.objects.count() == 0
    pausing.resume(broadcast, by=cast.sender)
    work()
    assert Captured.objects.count() == 2


def test_a_stopped_campaign_never_goes_on(cast, broadcast):
    start(broadcast, by=cast.sender)
    start_due()
    assert pausing.stop(broadcast, by=cast.sender) == 2
    work()
    assert status(broadcast) == "IDLE"
    assert Captured.objects.count() == 0
    assert set(Delivery.objects.values_list("status", flat=True)) == {"CANCELLED", "EXCLUDED"}
    assert Batch.objects.get().status == "CANCELLED"
    with pytest.raises(Conflict):
        pausing.resume(broadcast, by=cast.sender)


def test_what_is_in_doubt_is_resent_only_by_a_person(cast, broadcast):
    start(broadcast, by=cast.sender)
    work()
    Delivery.objects.filter(contact_id=cast.dina.pk).update(status="UNSURE")
    work()
    assert Captured.objects.count() == 2
    assert pausing.resend_doubtful(drafting.get(cast.organisation.pk, broadcast.pk), by=cast.sender)
    work()
    assert status(broadcast) == "IDLE"
    first, again = Captured.objects.filter(recipient="kozak@example.com")
    assert first.message_id == again.message_id


def test_a_campaign_that_has_begun_cannot_be_deleted(cast, broadcast):
    start(broadcast, by=cast.sender)
    with pytest.raises(Conflict):
        drafting.delete(cast.organisation.pk, broadcast.pk, by=cast.sender)
    assert status(broadcast) == "RUNNING"


def test_the_estimate_counts_the_people_of_lists_without_those_excluded(cast, readers):
    others = lists.create(cast.organisation.pk, "Others", by=cast.owner)
    lists.add_members(cast.organisation.pk, others.pk, [cast.dina.pk], by=cast.owner)
    here = cast.organisation.pk
    assert drafting.estimate(here, include=[readers.pk]) == 3
    assert drafting.estimate(here, include=[readers.pk], exclude=[others.pk]) == 2
