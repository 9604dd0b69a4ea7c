"""The pages of workflows, as a person goes through them."""

import datetime as dt

import pytest
from workflow_world import be_later, chain, message, start_all, step_all, tell, workflow

from sanderling.accounts.models import Role
from sanderling.segments import saving as segments
from sanderling.web.workflows.picture import drawn
from sanderling.workflows.models import Run, Workflow

DAY = {"kind": "timer", "mode": "for", "amount": 1, "unit": "days"}


def text_of(answer):
    return answer.content.decode()


def test_a_birthday_workflow_is_made_and_activated_by_hand(cast, owner):
    condition = {"field": "email", "operator": "specified"}
    segment = segments.save(
        cast.organisation.pk, name="Birthday today", condition=condition, by=cast.owner
    )
    hello = message(cast, name="Congratulations")
    assert "No workflows yet" in text_of(owner.get("/workflows/"))
    answer = owner.post(
        "/workflows/new",
        {
            "name": "Birthday",
            "start_kind": "REGULAR",
            "segment_id": segment.pk,
            "every_minutes": 1440,
            "at_time": "10:30",
            "uniqueness": "EVERY",
            "unique_unit": 1440,
        },
    )
    made = Workflow.objects.get()
    page = f"/workflows/{made.pk}"
    assert answer.url == page
    assert made.event_type == f"regularEventType-{segment.pk}"
    assert "Add a block" in text_of(owner.get(f"{page}/activation"))

    answer = owner.post(f"{page}/blocks", {"after": "start.next", "kind": "email"})
    assert answer.url == f"{page}/blocks/b1"
    answer = owner.post(f"{page}/blocks/b1", {"name": "", "message": "", "exit_next": "end"})
    assert "This is needed." in text_of(answer)
    answer = owner.post(
        f"{page}/blocks/b1",
        {
            "name": "Greeting",
            "message": hello.pk,
            "json": "${jsonParam}",
            "recipient": "${EmailAddress}",
            "exit_next": "end",
        },
    )
    assert answer.url == page
    owner.post(f"{page}/blocks", {"after": "b1.next", "kind": "timer"})
    timer = {"mode": "for", "amount": "2", "unit": "hours", "exit_next": "end"}
    assert owner.post(f"{page}/blocks/b2", timer).url == page

    shown = text_of(owner.get(page))
    for words in (
        "Starts for who comes into the segment “Birthday today”, every day at 10:30.",
        "Send the email “Congratulations”",
        "Wait for 2 hours",
    ):
        assert words in shown
    check = text_of(owner.get(f"{page}/activation"))
    assert "2 people are in it at this moment." in check
    assert owner.post(f"{page}/activation", {"present": "with"}).url == page
    made.refresh_from_db()
    assert (made.status, made.at_time) == ("ACTIVE", dt.time(10, 30))
    assert made.next_launch_at <= dt.datetime.now(dt.UTC)
    assert "Active" in text_of(owner.get("/workflows/"))


def test_a_wrong_start_is_refused_in_words(cast, owner):
    answer = owner.post(
        "/workflows/new",
        {
            "name": "",
            "start_kind": "EVENT",
            "event_type": "a?b",
            "every_minutes": 1440,
            "uniqueness": "PERIOD",
        },
    )
    assert "This field is required." in text_of(answer)
    answer = owner.post(
        "/workflows/new",
        {
            "name": "X",
            "start_kind": "EVENT",
            "event_type": "a?b",
            "every_minutes": 1440,
            "uniqueness": "PERIOD",
        },
    )
    assert "eventTypeKey must not contain ?" in text_of(answer)
    assert "Give a period." in text_of(answer)
    assert Workflow.objects.count() == 0


def test_branches_are_added_led_elsewhere_and_removed(cast, owner):
    made = workflow(cast, chain(DAY), is_active=False)
    page = f"/workflows/{made.pk}"
    owner.post(f"{page}/blocks", {"after": "b1.next", "kind": "condition"})
    made.refresh_from_db()
    assert made.blocks["b2"] == {"kind": "condition", "yes": "end", "no": "b3"}
    assert made.blocks["b3"] == {"kind": "end"}
    answer = owner.post(
        f"{page}/blocks/b2",
        {
            "variable": "${total}",
            "operator": "greater",
            "value": "10",
            "exit_yes": "b1",
            "exit_no": "end",
        },
    )
    assert answer.status_code == 302
    made.refresh_from_db()
    assert set(made.blocks) == {"start", "b1", "b2", "end"}
    assert (made.blocks["b2"]["yes"], made.blocks["b2"]["no"]) == ("b1", "end")
    owner.post(f"{page}/blocks/b2/removal")
    made.refresh_from_db()
    assert made.blocks["b1"]["next"] in made.blocks
    assert {raw["kind"] for raw in made.blocks.values()} == {"start", "timer", "end"}
    assert owner.get(f"{page}/blocks/b99").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_launches_show_where_each_stands_and_can_be_stopped_and_retried(cast, owner):
    made = workflow(cast, chain(DAY, {"kind": "email", "message": "${which}"}))
    tell(cast, cast.dina, key="k1", which="0", jsonParam='{"1":[]}')
    tell(cast, cast.ivan, key="k2")
    start_all()
    step_all()
    page = f"/workflows/{made.pk}"
    shown = text_of(owner.get(page))
    assert "2 runs stand here" in shown
    listed = text_of(owner.get(f"{page}/launches"))
    assert "Dina Kozak" in listed
    assert "Timer" in listed
    ivan = Run.objects.get(contact_id=cast.ivan.pk)
    answer = owner.post(f"{page}/launches/stop", {"run": ivan.id, "page": ivan.id})
    assert answer.url == f"{page}/launches/{ivan.id}"
    assert "Stopped by owner@sandpiper.example." in text_of(owner.get(answer.url))
    be_later(days=1)
    step_all()
    dina = Run.objects.get(contact_id=cast.dina.pk)
    detail = text_of(owner.get(f"{page}/launches/{dina.id}"))
    for words in ("Failed", "What this block refers to", "jsonParam", "{&quot;1&quot;:[]}"):
        assert words in detail
    assert "Failed (1)" in text_of(owner.get(f"{page}/launches?status=FAILED"))
    owner.post(f"{page}/launches/retry", {"all": "1"})
    dina.refresh_from_db()
    assert dina.status == "WAITING"


def test_a_stranger_finds_no_workflow_of_ours(cast, owner, stranger):
    made = workflow(cast, chain(DAY))
    page = f"/workflows/{made.pk}"
    addresses = [
        page,
        *(f"{page}/{name}" for name in ("settings", "activation", "launches", "launches/1")),
        f"{page}/blocks/b1",
    ]
    for address in addresses:
        assert stranger.get(address).status_code == 404, address
    for name in ("deactivation", "changes", "deletion", "activation", "blocks/b1/removal"):
        assert stranger.post(f"{page}/{name}").status_code == 404, name
    for address in addresses[:4]:
        assert owner.get(address).status_code == 200, address
    made.refresh_from_db()
    assert made.status == "ACTIVE"


def test_a_viewer_looks_and_changes_nothing(cast, client):
    from cast import PASSWORD

    from sanderling.accounts import organising

    organising.add_user(
        cast.organisation, email="v@sandpiper.example", role=Role.VIEWER, password=PASSWORD
    )
    assert client.login(username="v@sandpiper.example", password=PASSWORD)
    made = workflow(cast, chain(DAY))
    shown = client.get(f"/workflows/{made.pk}")
    assert shown.status_code == 200
    assert "Add after" not in text_of(shown)
    assert client.post(f"/workflows/{made.pk}/deactivation").status_code == 403
    made.refresh_from_db()
    assert made.status == "ACTIVE"


def test_the_picture_puts_each_block_below_what_leads_to_it():
    draft = {
        "start": {"kind": "start", "next": "c"},
        "c": {"kind": "condition", "yes": "m", "no": "end"},
        "m": {"kind": "email", "next": "t"},
        "t": {"kind": "timer", "next": "c"},
        "end": {"kind": "end"},
    }
    names = {one: one for one in draft}
    picture = drawn(draft, names, names, {"t": 3})
    layers = {box.id: (box.layer, box.waiting) for box in picture.boxes}
    assert layers == {"start": (0, 0), "c": (1, 0), "m": (2, 0), "t": (3, 3), "end": (2, 0)}
    places = {(box.x, box.y) for box in picture.boxes}
    assert len(places) == 5
    assert [arrow.is_back for arrow in picture.arrows].count(True) == 1
    assert {arrow.label for arrow in picture.arrows} == {"", "yes", "no"}


def test_a_workflow_without_its_event_is_refused_in_words(cast, owner):
    form = {"name": "Welcome", "start_kind": "EVENT", "every_minutes": 1440, "unique_unit": 1440}
    form |= {"uniqueness": "EVERY"}
    refused = text_of(owner.post("/workflows/new", form | {"event_type": " "}))
    assert "Say which type of event starts it." in refused
    assert 'value="Welcome"' in refused
    assert Workflow.objects.count() == 0
    assert owner.post("/workflows/new", form | {"event_type": "registered"}).status_code == 302
    assert Workflow.objects.get().event_type == "registered"
    made = Workflow.objects.get()
    owner.post(f"/workflows/{made.pk}/blocks", {"after": "start.next", "kind": "email"})
    assert "Message: This is needed." in text_of(owner.get(f"/workflows/{made.pk}/activation"))
