from decimal import Decimal

from django.utils import timezone

from sanderling.activities.models import Activity
from sanderling.activities.recording import NewActivity, record
from sanderling.contacts import erasing
from sanderling.contacts.models import Contact, Erasure
from sanderling.events import recording
from sanderling.events.models import Event
from sanderling.events.recording import NewEvent
from sanderling.orders.models import Order, OrderItem
from sanderling.orders.recording import NewItem, NewOrder
from sanderling.revenue.taking import take_orders
from sanderling.worker import forgetting


def test_after_erasing_every_room_forgets_the_person_and_nobody_else(cast):
    for person in (cast.dina, cast.ivan):
        live(cast, person)
    erasing.erase(cast.organisation.pk, cast.dina.pk, by=cast.owner)
    assert Activity.objects.filter(contact_id=cast.dina.pk).count() == 1
    assert forgetting.forget_due() == 1
    for model in (Activity, Event):
        assert not model.objects.filter(contact_id=cast.dina.pk).exists()
        assert model.objects.filter(contact_id=cast.ivan.pk).exists()
    kept = Order.objects.get(contact_id=cast.dina.pk)
    assert (kept.email, kept.first_name, str(kept.total_cost)) == ("", "", "10.0000")
    assert OrderItem.objects.filter(contact_id=cast.dina.pk).count() == 1
    assert Order.objects.get(contact_id=cast.ivan.pk).first_name == "Іван"
    assert Contact.objects.filter(pk=cast.ivan.pk).exists()
    assert Erasure.objects.get().forgotten_at is not None
    assert forgetting.forget_due() == 0


def live(cast, person):
    """Give a person a fact, an event and an order."""
    here, now = cast.organisation.pk, timezone.now()
    record([NewActivity(here, person.pk, "DELIVERED", now)])
    recording.record(here, [NewEvent("seen", "", {}, contact_id=person.pk)], by=cast.owner)
    order = NewOrder(
        external_order_id=f"O-{person.pk}",
        status="DELIVERED",
        ordered_at=now,
        total_cost=Decimal(10),
        contact_id=person.pk,
        email=person.email,
        first_name=person.first_name,
        items=(NewItem("A"),),
    )
    assert not take_orders(here, [order], by=cast.owner).failed
