"""A contact that was only a device turns out to be Dina: every room moves what it keeps."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from workflow_world import chain, start_all, step_all, tell, workflow

from sanderling.accounts.models import AuditEntry
from sanderling.activities.models import Activity, Rollup
from sanderling.activities.recording import NewActivity, record
from sanderling.contacts import devices, erasing, finding, joining, lists
from sanderling.contacts.models import Contact, ContactKey, Device, Erasure, Joining, ListMember
from sanderling.contacts.recognising import Identity, recognise
from sanderling.events.models import Event
from sanderling.lib.errors import Conflict
from sanderling.orders.models import Order, OrderItem, OrderKey
from sanderling.orders.recording import NewItem, NewOrder
from sanderling.promocodes.models import Promocode
from sanderling.revenue import rules
from sanderling.revenue.models import Revenue
from sanderling.revenue.taking import take_orders
from sanderling.segments.models import Member, Segment
from sanderling.sending.models import Delivery
from sanderling.websites.models import Visitor
from sanderling.worker import following
from sanderling.workflows.models import Run


@pytest.fixture
def phone(cast) -> Contact:
    """A contact that is nothing but an app with a push token."""
    made = Contact.objects.create(organisation=cast.organisation, language="uk", town="Lviv")
    device = devices.Registration(push_token="tok", application_id=7)
    devices.register(cast.organisation.pk, made.pk, device, by=cast.owner)
    return made


def sign_in(cast):
    """Dina signs in with the phone."""
    device = devices.Registration(push_token="tok", application_id=7)
    devices.register(cast.organisation.pk, cast.dina.pk, device, by=cast.owner)


def order(cast, contact_id, number="O-1"):
    made = NewOrder(
        external_order_id=number,
        status="DELIVERED",
        ordered_at=timezone.now(),
        total_cost=Decimal(10),
        currency="USD",
        contact_id=contact_id,
        items=(NewItem("A"),),
    )
    assert not take_orders(cast.organisation.pk, [made], by=cast.owner).failed


def test_the_known_contact_takes_over_what_identifies_and_describes_the_device(cast, phone):
    here = cast.organisation.pk
    [news] = lists.named(here, ["News"], by=cast.owner)
    lists.add_members(here, news, [phone.pk], by=cast.owner)
    sign_in(cast)
    device = Device.objects.get()
    assert (device.contact_id, device.push_token) == (cast.dina.pk, "tok")
    assert ContactKey.objects.get(kind="TOKEN").contact_id == cast.dina.pk
    assert ListMember.objects.get().contact_id == cast.dina.pk
    cast.dina.refresh_from_db()
    assert (cast.dina.language, cast.dina.town) == ("en", "Lviv")
    phone.refresh_from_db()
    assert phone.deleted_at is not None
    [row] = joining.joined_into(here, cast.dina.pk)
    assert (row.former_id, row.reason) == (phone.pk, "The same device signed in as this contact.")
    assert AuditEntry.objects.filter(verb="contact.join", subject=str(cast.dina.pk)).exists()


def test_whoever_asks_for_the_former_means_the_known_one(cast, phone):
    here = cast.organisation.pk
    assert recognise(here, [Identity(contact_id=phone.pk)]) == [phone.pk]
    sign_in(cast)
    assert recognise(here, [Identity(contact_id=phone.pk)]) == [cast.dina.pk]
    assert finding.current(here, phone.pk) == cast.dina.pk
    with pytest.raises(Conflict, match="became a part"):
        erasing.restore(here, phone.pk, by=cast.owner)
    phone.refresh_from_db()
    assert phone.deleted_at is not None


def test_events_follow_and_start_nothing_again(cast, phone):
    tell(cast, phone, colour="red")
    sign_in(cast)
    assert following.follow_due() == 1
    event = Event.objects.get()
    assert (event.contact_id, event.is_moved, event.params) == (
        cast.dina.pk, True, {"colour": "red"},
    )  # fmt: skip


def test_activities_follow_and_totals_are_summed(cast, phone):
    here, now = cast.organisation.pk, timezone.now()
    earlier = now - dt.timedelta(days=3)
    record([NewActivity(here, phone.pk, "DELIVERED", now, "MobilePush")])
    record([NewActivity(here, cast.dina.pk, "DELIVERED", earlier, "MobilePush")])
    sign_in(cast)
    assert following.follow_due() == 1
    assert Activity.objects.filter(contact_id=cast.dina.pk).count() == 2
    total = Rollup.objects.get()
    assert (total.contact_id, total.total_received) == (cast.dina.pk, 2)
    assert total.last_received == now


def test_orders_follow_with_their_lines_and_what_they_earned(cast, phone):
    here = cast.organisation.pk
    rules.set_rule(here, "MobilePush", status="CLICKED", window_hours=24, by=cast.owner)
    clicked = NewActivity(
        here, phone.pk, "CLICKED", timezone.now() - dt.timedelta(hours=1), "MobilePush",
        delivery_id=5,
    )  # fmt: skip
    record([clicked])
    order(cast, phone.pk)
    assert Revenue.objects.get().contact_id == phone.pk
    order(cast, cast.dina.pk, "O-2")
    sign_in(cast)
    assert following.follow_due() == 1
    for model in (Order, OrderItem, OrderKey):
        assert set(model.objects.values_list("contact_id", flat=True)) == {cast.dina.pk}
    earned = Revenue.objects.filter(is_void=False)
    assert set(earned.values_list("contact_id", "external_order_id")) == {
        (cast.dina.pk, "O-1"), (cast.dina.pk, "O-2"),
    }  # fmt: skip
    order(cast, None or cast.dina.pk, "O-1")
    assert Order.objects.count() == 2


def test_codes_memberships_and_deliveries_follow(cast, phone):
    here = cast.organisation
    Promocode.objects.create(organisation=here, code="A", contact_id=phone.pk)
    segment = Segment.objects.create(organisation=here, name="S")
    for person in (phone, cast.dina):
        Member.objects.create(organisation=here, segment=segment, contact_id=person.pk)
        Delivery.objects.create(
            organisation=here, contact_id=person.pk, origin_kind="BROADCAST", origin_id=1,
            content_id=1, status="SENT",
        )  # fmt: skip
    sign_in(cast)
    assert following.follow_due() == 1
    assert Promocode.objects.get().contact_id == cast.dina.pk
    assert Member.objects.get().contact_id == cast.dina.pk
    found = Delivery.objects.order_by("origin_step").values_list("contact_id", "origin_step")
    assert list(found) == [(cast.dina.pk, ""), (cast.dina.pk, f"~{phone.pk}")]


def test_the_browsers_of_the_former_are_those_of_the_known_contact(cast, phone):
    Visitor.objects.create(organisation=cast.organisation, cookie="sc1", contact_id=phone.pk)
    sign_in(cast)
    assert following.follow_due() == 1
    assert Visitor.objects.get().contact_id == cast.dina.pk


def test_a_letter_in_the_hands_of_its_channel_is_waited_for(cast, phone):
    here = cast.organisation
    Delivery.objects.create(
        organisation=here, contact_id=phone.pk, origin_kind="API", origin_id=1, content_id=1,
        status="HANDING",
    )  # fmt: skip
    tell(cast, phone)
    sign_in(cast)
    assert following.follow_due() == 0
    assert Event.objects.get().contact_id == phone.pk
    Delivery.objects.update(status="SENT")
    assert following.follow_due() == 1
    assert Delivery.objects.get().contact_id == cast.dina.pk


@pytest.mark.django_db(transaction=True)
def test_runs_follow_and_go_on_as_the_known_contact(cast, phone):
    timer = {"kind": "timer", "mode": "for", "amount": "5", "unit": "minutes"}
    started = workflow(cast, chain(timer))
    tell(cast, phone)  # nobody has read it yet
    sign_in(cast)
    assert following.follow_due() == 1
    run = Run.objects.get()
    assert (run.contact_id, run.workflow_id) == (cast.dina.pk, started.pk)
    assert (run.bucket, run.status) == (cast.dina.pk % 64, "WAITING")
    start_all()
    assert Run.objects.count() == 1
    step_all()
    assert Run.objects.get().contact_id == cast.dina.pk


def test_a_fact_that_came_late_is_found_by_the_second_look(cast, phone):
    sign_in(cast)
    assert following.follow_due() == 1
    assert following.follow_due() == 0
    tell(cast, phone)
    Joining.objects.update(followed_at=timezone.now() - joining.SECOND_LOOK)
    assert following.follow_due() == 1
    assert Event.objects.get().contact_id == cast.dina.pk
    assert Joining.objects.get().is_settled
    assert following.follow_due() == 0


def test_a_person_with_an_address_is_joined_to_nobody(cast):
    here = cast.organisation.pk
    with pytest.raises(Conflict, match="address of its own"):
        joining.join(here, cast.ivan.pk, cast.dina.pk, reason="x", by=cast.owner)
    cast.ivan.refresh_from_db()
    assert cast.ivan.deleted_at is None
    assert not Joining.objects.exists()


def test_a_person_with_two_devices_loses_only_the_one_that_signed_in_elsewhere(cast, phone):
    here = cast.organisation.pk
    other = devices.Registration(push_token="tok2", application_id=7)
    devices.register(here, phone.pk, other, by=cast.owner)
    sign_in(cast)
    phone.refresh_from_db()
    assert phone.deleted_at is None
    assert set(Device.objects.values_list("push_token", "contact_id")) == {
        ("tok", cast.dina.pk), ("tok2", phone.pk),
    }  # fmt: skip
    assert not Joining.objects.exists()


def test_erasing_erases_what_became_a_part(cast, phone):
    sign_in(cast)
    erasing.erase(cast.organisation.pk, cast.dina.pk, by=cast.owner)
    assert not Contact.objects.filter(pk__in=[phone.pk, cast.dina.pk]).exists()
    assert set(Erasure.objects.values_list("contact_id", flat=True)) == {phone.pk, cast.dina.pk}
    assert not Joining.objects.exists()


def test_a_stranger_joins_nobody_of_ours(cast, phone):
    from sanderling.lib.errors import NotFound

    with pytest.raises(NotFound):
        joining.join(cast.elsewhere.pk, phone.pk, cast.dina.pk, reason="x", by=cast.stranger)
    phone.refresh_from_db()
    assert phone.deleted_at is None
