"""Every example of the guide page is run, and prints what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import sanderling.velocity as velocity

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "personalising-messages.md"
TEXT = GUIDE.read_text("utf-8")
CONTACT = json.loads(re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)[1])
EXAMPLES = re.findall(r"```velocity\n(.*?)\n```\n```text\n(.*?)\n```", TEXT, re.DOTALL)


def test_the_page_has_examples_of_everything():
    directives = set(re.findall(r"#\{?([a-z]+)", "".join(source for source, _ in EXAMPLES)))
    assert {
        "if",
        "elseif",
        "else",
        "end",
        "foreach",
        "set",
        "macro",
        "define",
        "break",
        "stop",
    } <= (directives)


@pytest.mark.parametrize(("source", "expected"), EXAMPLES)
def test_an_example_prints_what_the_page_says(source, expected, tools):
    template = velocity.compile(source)
    assert template.render_by_closures(CONTACT, tools=tools).text.rstrip("\n") == expected
    assert template.render_compiled(CONTACT, tools=tools).text.rstrip("\n") == expected


@pytest.mark.parametrize(("source", "_"), EXAMPLES)
def test_an_example_has_no_mistakes(source, _):
    assert velocity.check(source).can_be_sent
