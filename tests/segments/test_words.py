import datetime as dt

import pytest
from cast import Cast
from shopdb import Shop

from sanderling.lib.errors import NotFound
from sanderling.segments import evaluating, explaining, saving, truths
from sanderling.segments.catalogue import catalogue_of
from sanderling.segments.describing import describe
from sanderling.segments.nodes import Condition
from sanderling.segments.truths import Truth
from sanderling.sources.models import DataSource

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
UKRAINIAN = {"field": "language", "operator": "is", "value": "uk"}
RICH = {"column": "spent", "operator": ">", "value": 1000}


def test_a_condition_reads_as_sentences(cast: Cast, spending: DataSource) -> None:
    segment = saving.save(
        cast.organisation.pk, name="Ukrainian", condition=UKRAINIAN, by=cast.owner
    )
    condition = {
        "all": [
            {"field": "external_id", "operator": "not_specified"},
            {"field": "created_at", "operator": "during", "value": "last_30_days"},
            {"field": "created_at", "operator": "anniversary", "value": "today"},
            {"none": [{"segment": segment.pk, "operator": "in"}]},
            {"activity": "opened", "channel": "Email", "operator": "within", "days": 30},
            {"orders": "total", "operator": ">=", "value": 1000, "days": 90},
            {"source": spending.pk, "where": {"all": [RICH]}},
            {"event": "cart", "operator": "not_occurred", "days": 1},
        ]
    }
    tree = evaluating.parsed(condition, cast.organisation)
    assert describe(tree, catalogue_of(cast.organisation.pk)).lines() == [
        "All of:",
        "  External ID: not specified",
        "  Created is during: the last 30 days",
        "  Created, any year: today",
        "  None of:",
        "    Is in the segment “Ukrainian”",
        "  Last opened by Email, within 30 days",
        "  Total of orders, within 90 days ≥ 1000",
        "  Has a row in the data source “spending” where:",
        "    spent > 1000",
        "  None of:",
        "    Event “cart” occurred, within 1 day",
    ]


def test_each_condition_has_its_truth_for_one_contact(
    cast: Cast, shop: Shop, spending: DataSource
) -> None:
    shop.run("INSERT INTO spending (id, email, spent) VALUES (1, 'kozak@example.com', 5)")
    segment = saving.save(
        cast.organisation.pk, name="Ukrainian", condition=UKRAINIAN, by=cast.owner
    )
    condition = {
        "any": [
            {"segment": segment.pk, "operator": "in"},
            {"none": [{"source": spending.pk, "where": {"all": [RICH]}}]},
        ]
    }
    tree = evaluating.parsed(condition, cast.organisation)
    in_segment = "Is in the segment “Ukrainian”"
    rich = "Has a row in the data source “spending” where: spent > 1000"
    language = "Language is uk"
    assert truths.truth_of(tree, cast.organisation, cast.dina.pk) == Truth(
        "Any of:",
        True,
        (
            Truth(in_segment, False, (Truth(language, False),)),
            Truth("None of:", True, (Truth(rich, False),)),
        ),
    )
    assert truths.truth_of(tree, cast.organisation, cast.ghost.pk) == Truth(
        "Any of:",
        False,
        (
            Truth(in_segment, False, (Truth(language, False),)),
            Truth("None of:", False, (Truth(rich, False),)),
        ),
    )
    with pytest.raises(NotFound):
        truths.truth_of(parsed_everybody(cast), cast.elsewhere, cast.dina.pk)


def parsed_everybody(cast: Cast) -> Condition:
    return evaluating.parsed({"all": []}, cast.elsewhere)


def test_every_segment_says_whether_a_contact_is_in_it(
    cast: Cast, shop: Shop, spending: DataSource
) -> None:
    for name, condition in (("A", UKRAINIAN), ("B", {"source": spending.pk})):
        saving.save(cast.organisation.pk, name=name, condition=condition, by=cast.owner)
    shop.run("DROP TABLE spending")
    ours = truths.members_of_contact(cast.organisation, cast.ivan.pk)
    assert [(one.segment.name, one.truth.holds if one.truth else None) for one in ours] == [
        ("A", True),
        ("B", None),
    ]
    assert "“spending”" in ours[1].problem


def test_the_plan_is_told_in_words(cast: Cast, spending: DataSource) -> None:
    condition = {"all": [UKRAINIAN, {"source": spending.pk, "where": {"all": [RICH]}}]}
    tree = evaluating.parsed(condition, cast.organisation)
    explanation = explaining.explain(tree, cast.organisation)
    assert explanation.lines[0].startswith("The customer's database ")
    assert "The keys from the data source are joined with contacts." in explanation.lines
    assert explanation.lines[-1].startswith("PostgreSQL expects about ")
    assert "contacts_contact" in explanation.plan
    assert explanation.statement.startswith("SELECT c.id FROM contacts_contact")
