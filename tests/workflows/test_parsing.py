"""A workflow that cannot run says everything that is wrong with it, at once and by place."""

import pytest
from workflow_world import chain

from sanderling.workflows import drafting
from sanderling.workflows.parsing import BadBlocks, parse

MAIL = {"kind": "email", "message": "7"}
DAY = {"kind": "timer", "mode": "for", "amount": "1", "unit": "days"}
ASK = {"kind": "condition", "variable": "${a}", "operator": "is", "value": "1"}


def problems_of(document):
    with pytest.raises(BadBlocks) as refusal:
        parse(document)
    return refusal.value.problems


def test_a_sound_workflow_becomes_typed_blocks():
    plan = parse(chain(MAIL, DAY))
    assert (plan.start, list(plan.blocks)) == ("start", ["start", "b1", "b2", "end"])
    assert (plan.blocks["b2"].amount, plan.blocks["b1"].recipient) == (1, "${EmailAddress}")
    assert plan.blocks["b1"].exits == {"next": "b2"}


def test_all_problems_are_told_at_once_by_place():
    document = chain({"kind": "email"}, {**DAY, "amount": "soon"}, {"kind": "dance"})
    assert problems_of(document) == {
        "b1.message": ["This is needed."],
        "b2.amount": ["Give a whole number."],
        "b3": ["There is no such kind of block."],
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"start": None}, {"": ["A workflow has exactly one Start block."]}),
        (
            {"second": {"kind": "start", "next": "b1"}},
            {"": ["A workflow has exactly one Start block."]},
        ),
        (
            {"b1": {**MAIL}},
            {"b1": ["Nothing follows here: every branch must end in an End block."]},
        ),
        ({"b1": {**MAIL, "next": "x"}}, {"b1": ["This leads to a block that does not exist."]}),
        ({"b1": {**MAIL, "next": "start"}}, {"b1": ["Nothing leads back to Start."]}),
        ({"b1": {**ASK, "yes": "end"}}, {"b1": ["The branch “no” leads nowhere."]}),
        ({"lost": {**MAIL, "next": "end"}}, {"lost": ["No branch leads here."]}),
        ({"b1": {**ASK, "yes": "end", "no": "b1"}}, {"b1": ["A circle must go through a Timer."]}),
        (
            {"b1": {**DAY, "next": "b1"}},
            {
                "start": ["This branch never comes to an End block."],
                "b1": ["This branch never comes to an End block."],
                "end": ["No branch leads here."],
            },
        ),
        (
            {"b1": {**ASK, "operator": "matches", "value": "(", "yes": "end", "no": "end"}},
            {"b1.value": ["This is no regular expression: missing ): ("]},
        ),
        (
            {"b1": {"kind": "timer", "mode": "until_time", "next": "end"}},
            {"b1.at": ["Give a time such as 09:30."]},
        ),
        (
            {"b1": {**MAIL, "earliest": "09:00", "next": "end"}},
            {"b1.latest": ["Give both times, or none."]},
        ),
        (
            {"b1": {"kind": "raise_event", "event_type": "a?", "next": "end"}},
            {"b1.event_type": ["eventTypeKey must not contain ?"]},
        ),
    ],
)
def test_what_cannot_run_is_refused_in_words(change, expected):
    document = chain(MAIL) | change
    assert problems_of({one: raw for one, raw in document.items() if raw}) == expected


@pytest.mark.parametrize("document", [None, [], "x", {"a": 1}, {"a": None}, {"": {"kind": "end"}}])
def test_what_is_no_workflow_at_all_is_refused_too(document):
    assert problems_of(document)


def test_a_circle_through_a_timer_is_allowed():
    document = chain(ASK, DAY)
    document["b1"] = {**ASK, "yes": "end", "no": "b2"}
    document["b2"]["next"] = "b1"
    assert set(parse(document).blocks) == {"start", "b1", "b2", "end"}


def test_a_draft_grows_and_shrinks_and_every_branch_ends():
    draft, split = drafting.add_after(drafting.empty(), "start", "next", "split")
    assert draft[split] == {"kind": "split", "a": "end", "b": "b2"}
    draft, mail = drafting.add_after(draft, split, "b", "email")
    draft = drafting.change(draft, mail, {"message": "7", "other": "no setting of it"})
    assert draft[mail] == {"kind": "email", "next": "b2", "message": "7"}
    parse(draft)
    draft = drafting.lead(draft, mail, {"next": "end"})
    assert "b2" not in draft
    draft = drafting.remove(draft, split)
    assert {raw["kind"] for raw in draft.values()} == {"start", "end"}
    parse(draft)
