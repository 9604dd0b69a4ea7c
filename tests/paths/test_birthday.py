"""The triggered campaign of the product's document, from the shop's table to the mail."""

import email
import email.policy
import json

import customer
import pytest
from workflow_world import be_later, chain, message, turn, workflow

from sanderling.activities.models import Activity
from sanderling.contacts import fields
from sanderling.events.models import Event
from sanderling.postgres.statements import execute
from sanderling.segments import saving as segments
from sanderling.sending.dispatching import dispatch_once
from sanderling.sending.models import Captured, Delivery
from sanderling.workflows.models import Run, Workflow

pytestmark = pytest.mark.django_db(transaction=True)
HTML = """<p>#foreach($pc in $!data.get('%(id)d'))$!pc.get('name'): $!pc.get('promo_code');#end</p>
<p>First: $!data.get('%(id)d').get(0).get('promo_code')</p>"""
ROWS = (
    '[{"id":"2","email":"kozak@example.com","name":"Dina Kozak",'
    '"birthday":"2020-09-02T00:00:00Z","promo_code":"AAAA-BBBB-DDDD"},'
    '{"id":"3","email":"KOZAK@example.com ","name":"Dina again","promo_code":"AAAA-BBBB-EEEE"}]'
)


@pytest.fixture
def promo_codes(cast, shop):
    """Return the shop's table as a data source."""
    shop.run(customer.PROMO_CODES)
    connector = customer.connector(shop, cast.owner)
    return customer.source(connector, cast.owner, table="promo_codes")


@pytest.fixture
def birthday_today(cast):
    """Return the segment "birthday today"; Dina's is today."""
    fields.create_defaults(cast.organisation.pk)
    birthday = fields.by_personalisation_key(cast.organisation.pk)["PERSONAL.BIRTHDAY"]
    _set_birthday(birthday.pk, cast.dina.pk, days_from_today=0)
    _set_birthday(birthday.pk, cast.ivan.pk, days_from_today=1)
    condition = {"field": f"field:{birthday.pk}", "operator": "anniversary", "value": "today"}
    segment = segments.save(
        cast.organisation.pk, name="Birthday today", condition=condition, by=cast.owner
    )
    return segment, birthday.pk


@pytest.fixture
def congratulations(cast, promo_codes, birthday_today):
    """Return the active workflow: Start, E-mail with ${jsonParam}, Timer, End."""
    hello = message(cast, subject="Happy birthday", html=HTML % {"id": promo_codes.pk})
    return workflow(
        cast,
        chain(
            {"kind": "email", "message": str(hello.pk), "json": "${jsonParam}"},
            {"kind": "timer", "mode": "for", "amount": 1, "unit": "days"},
        ),
        name="Birthday",
        start_kind="REGULAR",
        segment_id=birthday_today[0].pk,
        sources=[promo_codes.pk],
    )


def test_a_birthday_becomes_a_mail_with_the_rows_of_the_shop(cast, promo_codes, congratulations):
    turn()
    event = Event.objects.get()
    assert event.type.key == f"regularEventType-{congratulations.segment_id}"
    assert list(event.params.items()) == [
        ("ContactId", str(cast.dina.pk)),
        ("jsonParam", f'{{"{promo_codes.pk}":{ROWS}}}'),
        ("EmailAddress", "kozak@example.com"),
    ]
    delivery = Delivery.objects.get()
    assert delivery.params == {str(promo_codes.pk): json.loads(ROWS)}
    run = Run.objects.get()
    assert (run.contact_id, run.event_id, run.block) == (cast.dina.pk, event.id, "b2")

    assert dispatch_once() == 1
    text = _html_of(Captured.objects.get())
    assert "Dina Kozak: AAAA-BBBB-DDDD;Dina again: AAAA-BBBB-EEEE;" in text
    assert "First: AAAA-BBBB-DDDD" in text
    sent = Activity.objects.filter(workflow_id=congratulations.pk)
    assert {(one.workflow_run_id, one.workflow_block) for one in sent} == {(str(run.id), "b1")}
    assert {one.campaign_type for one in sent} == {"IM"}

    be_later(days=1)
    turn()
    assert Run.objects.get().status == "FINISHED"
    assert Delivery.objects.count() == 1


def test_the_next_day_others_are_congratulated_and_next_year_everybody_again(
    cast, birthday_today, congratulations
):
    turn()
    assert _runs_of(cast.dina) == 1
    _launch_now()
    turn()
    assert _runs_of(cast.dina) == 1  # still her birthday, but she did not come in anew

    _birthday_is(birthday_today, cast.dina, days_from_today=-1)  # the next day
    _birthday_is(birthday_today, cast.ivan, days_from_today=0)
    _launch_now()
    turn()
    assert (_runs_of(cast.dina), _runs_of(cast.ivan)) == (1, 1)

    _birthday_is(birthday_today, cast.dina, days_from_today=0)  # the next year
    _launch_now()
    turn()
    assert (_runs_of(cast.dina), _runs_of(cast.ivan)) == (2, 1)


def test_while_the_shop_does_not_answer_the_launch_waits_and_nobody_is_lost(
    cast, shop, promo_codes, congratulations
):
    shop.run("ALTER TABLE promo_codes RENAME TO away")
    turn()
    waiting = Workflow.objects.get()
    assert Run.objects.count() == Event.objects.count() == 0
    assert "Data source “promo_codes”" in waiting.launch_error
    shop.run("ALTER TABLE away RENAME TO promo_codes")
    Workflow.objects.update(lease_until=None)  # half a minute later
    turn()
    assert _runs_of(cast.dina) == 1
    assert Workflow.objects.get().launch_error == ""


def _birthday_is(birthday_today, contact, *, days_from_today):
    _set_birthday(birthday_today[1], contact.pk, days_from_today=days_from_today)


def _set_birthday(field_id, contact_id, *, days_from_today):
    """Write a birthday of the year 2000 by the calendar of the organisation, as segments do."""
    execute(
        "UPDATE contacts_contact SET fields = jsonb_build_object(%(field)s::text, '2000-' ||"
        " to_char((now() AT TIME ZONE 'Europe/Kyiv')::date + %(days)s::int, 'MM-DD')),"
        " changed = pg_current_xact_id() WHERE id = %(id)s",
        {"field": str(field_id), "days": days_from_today, "id": contact_id},
    )


def _launch_now():
    execute("UPDATE workflows_workflow SET next_launch_at = now()")


def _runs_of(contact):
    return Run.objects.filter(contact_id=contact.pk).count()


def _html_of(captured):
    mail = email.message_from_bytes(bytes(captured.raw), policy=email.policy.default)
    return mail.get_body(("html",)).get_content()
