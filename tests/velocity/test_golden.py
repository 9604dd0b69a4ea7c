"""The recorded answers of the original, for both back ends."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import golden
import pytest
from golden_files import DEPARTURES, cases_of

import sanderling.velocity as velocity

BACK_ENDS = {"compiled": golden.render, "closures": golden.render_closures}


def answer(render: Callable[..., str], case: dict) -> str:
    """What a back end answers; every error is the same to the golden files."""
    tools = case.get("tools", False)
    try:
        return render(case["template"], case["context"], case["props"], case["includes"], tools)
    except velocity.VelocityError:
        return "ERROR"


def expected(case: dict) -> str:
    return "ERROR" if "error" in case else case["expect"]


@pytest.mark.parametrize("back_end", BACK_ENDS)
@pytest.mark.parametrize("name", ["marketing", "probes", "fuzz"])
def test_every_case_is_answered_as_the_original_does(name, back_end):
    render = BACK_ENDS[back_end]
    cases = [case for case in cases_of(name) if not case.get("unstable")]
    wrong = [case["id"] for case in cases if answer(render, case) != expected(case)]
    assert [case for case in wrong if case not in DEPARTURES] == []


def test_every_departure_still_departs():
    cases = [case for name in ("marketing", "probes", "fuzz") for case in cases_of(name)]
    right = [case["id"] for case in cases if answer(golden.render, case) == expected(case)]
    assert [case for case in right if case in DEPARTURES] == []


def test_the_back_ends_agree_on_departures_too():
    for name in ("probes", "fuzz"):
        for case in cases_of(name):
            if case["id"] in DEPARTURES:
                assert answer(golden.render, case) == answer(golden.render_closures, case)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_no_attack_takes_a_second_or_reaches_an_object_of_ours(back_end):
    for case in cases_of("attacks"):
        start = time.process_time()
        result = answer(BACK_ENDS[back_end], {**case, "tools": True})
        assert time.process_time() - start < 1, case["id"]
        for sign in ("class java", "<class", "<function", "<built-in", "object at 0x"):
            assert sign not in result, case["id"]


def test_no_attack_takes_much_memory():
    tracemalloc.start()
    for case in cases_of("attacks"):
        tracemalloc.reset_peak()
        answer(golden.render, {**case, "tools": True})
        assert tracemalloc.get_traced_memory()[1] < 200_000_000, case["id"]
    tracemalloc.stop()


LIMITED = {
    "dos-03": "a text is longer than 1,000,000 characters",
    "dos-04": "all loops together run more than 100,000 rounds",
    "dos-08": "Macros call each other too deeply",
    "dos-09": "a text is longer than 1,000,000 characters",
    "dos-11": "a text is longer than 1,000,000 characters",
    "dos-24": "More than 10 texts are rendered inside each other",
    "dos-28": "a number has more than 100 digits",
    "dos-50": "the message is longer than 5,000,000 characters",
}


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_what_costs_too_much_is_refused_in_plain_words_and_in_its_place(back_end):
    cases = {case["id"]: case for case in cases_of("attacks")}
    for name, words in LIMITED.items():
        case = cases[name]
        with pytest.raises(velocity.BudgetExceeded) as refused:
            BACK_ENDS[back_end](case["template"], case["context"], {}, {}, True)
        assert words in refused.value.message
        assert refused.value.line == 1
        assert refused.value.source_line
