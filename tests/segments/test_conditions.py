import pytest

from sanderling.segments.catalogue import Catalogue, Named, SourceEntry
from sanderling.segments.conditions import BadCondition, parse
from sanderling.segments.kinds import Kind
from sanderling.segments.nodes import Group, InList, Not
from sanderling.segments.simplifying import simplify

CATALOGUE = Catalogue(
    lists={7: "VIP"},
    sources={4: SourceEntry("shop", {"spent": Kind.NUMBER, "raw": Kind.OPAQUE})},
)
FINE = {"field": "email", "operator": "specified"}
GROUPS: object = FINE
for _ in range(12):
    GROUPS = {"all": [GROUPS]}


@pytest.mark.parametrize(
    ("document", "path", "word"),
    [
        (None, "", "object"),
        ({}, "", "Choose what"),
        ([FINE], "", "object"),
        ({"any": []}, "any", "at least one"),
        ({"all": FINE}, "all", "list"),
        ({"all": [FINE], "any": [FINE]}, "any", "no meaning"),
        ({"all": [FINE, {"field": "shoe", "operator": "is"}]}, "all[1].field", "'shoe'"),
        ({"none": [{"any": [{**FINE, "operator": "="}]}]}, "none[0].any[0].operator", "'='"),
        ({"field": "email", "operator": "is"}, "value", "text"),
        ({"field": "email", "operator": "is", "value": "\0"}, "value", "character"),
        ({"field": "email", "operator": "is", "value": "\ud800"}, "value", "character"),
        ({"field": "email", "operator": "specified", "value": 1}, "value", "no value"),
        ({"field": "id", "operator": "=", "value": "1e9"}, "value", "number"),
        ({"field": "id", "operator": "between", "value": [2, 1]}, "value", "larger"),
        ({"field": "created_at", "operator": "on", "value": "2026-02-30"}, "value", "no day"),
        ({"field": "created_at", "operator": "on", "value": "0999-12-31"}, "value", "YYYY"),
        ({"field": "created_at", "operator": "on", "value": "9999-12-31"}, "value", "YYYY"),
        ({"field": "created_at", "operator": "ago", "value": "101 years"}, "value", "At most 100"),
        ({"field": "created_at", "operator": "during", "value": "last_{n}_days"}, "value", "one"),
        ({"field": "created_at", "operator": "ago", "value": "3 fortnights"}, "value", "unit"),
        ({"list": 8, "operator": "in"}, "list", "no list 8"),
        ({"list": True, "operator": "in"}, "list", "no list True"),
        ({"list": 7, "operator": "maybe"}, "operator", "'maybe'"),
        ({"segment": 1, "operator": "in"}, "segment", "no segment"),
        ({"source": 4, "where": {"all": [{"column": "x"}]}}, "where.all[0].column", "'x'"),
        (
            {"source": 4, "where": {"column": "raw", "operator": "is", "value": "x"}},
            "where.operator",
            "'is'",
        ),
        (
            {"source": 4, "where": {"all": [{"column": "spent", "operator": ">", "value": "a"}]}},
            "where.all[0].value",
            "number",
        ),
        ({"source": 5}, "source", "no data source 5"),
        ({"activity": "seen", "operator": "within"}, "activity", "'seen'"),
        ({"activity": "sent", "operator": "within", "days": -1}, "days", "between"),
        ({"event": "", "operator": "occurred"}, "event", "text"),
        (
            {"event": "x", "operator": "occurred", "where": [{"parameter": "p"}]},
            "where[0].operator",
            "nothing",
        ),
        ({"orders": "count", "operator": "=", "value": 1, "status": ["x"]}, "status", "'x'"),
        ({**FINE, "oops": 1}, "oops", "no meaning"),
    ],
)
def test_a_problem_names_its_place(document: object, path: str, word: str) -> None:
    with pytest.raises(BadCondition) as problem:
        parse(document, CATALOGUE)
    assert list(problem.value.problems) == [path]
    assert word in problem.value.problems[path][0]


def test_all_problems_are_found_in_one_go() -> None:
    document = {"all": [{"field": "x"}, {"any": [{"list": 1}, FINE, {"source": 9}]}]}
    with pytest.raises(BadCondition) as problem:
        parse(document, CATALOGUE)
    assert set(problem.value.problems) == {
        "all[0].field",
        "all[1].any[0].list",
        "all[1].any[2].source",
    }


def test_groups_may_lie_twelve_deep_and_no_deeper() -> None:
    assert parse(GROUPS, CATALOGUE)
    with pytest.raises(BadCondition, match="12 deep"):
        parse({"all": [GROUPS]}, CATALOGUE)


def test_more_than_three_hundred_conditions_are_refused() -> None:
    assert parse({"all": [FINE] * 300}, CATALOGUE)
    with pytest.raises(BadCondition, match="300"):
        parse({"all": [FINE] * 301}, CATALOGUE)


def test_numbers_of_a_form_are_texts() -> None:
    assert parse({"list": "7", "operator": "in"}, CATALOGUE) == InList(7)


def test_simplifying_leaves_no_negation_above_a_leaf() -> None:
    named = Catalogue(
        fields={"a": Named("A", Kind.TEXT), "b": Named("B", Kind.TEXT)}, lists={7: "VIP"}
    )
    a = {"field": "a", "operator": "specified"}
    b = {"field": "b", "operator": "specified"}
    tree = parse({"none": [{"all": [a, {"none": [b]}]}, {"list": 7, "operator": "in"}]}, named)
    left, right = parse(a, named), parse(b, named)
    assert simplify(tree) == Group("all", (Group("any", (Not(left), right)), Not(InList(7))))
