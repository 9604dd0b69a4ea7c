"""The examples of ``docs/api/examples.md``, sent as they stand there."""

import json
import re
from pathlib import Path

from programs import program_of

PAGE = Path(__file__).parents[2] / "docs" / "api" / "examples.md"
BLOCK = re.compile(r"```http\n(\w+) (\S+)\n(.*?)→ (\d+) ?(.*?)```", re.S)


def matches(wanted, got, known):
    """Compare, letting ``…`` stand for anything and ``{name}`` for what is or becomes known."""
    if wanted == "…":
        return True
    if isinstance(wanted, str) and (name := re.fullmatch(r"\{(\w+)\}", wanted)):
        return known.setdefault(name[1], str(got)) == str(got)
    if isinstance(wanted, dict):
        return (
            isinstance(got, dict)
            and set(wanted) == set(got)
            and all(matches(value, got[name], known) for name, value in wanted.items())
        )
    if isinstance(wanted, list):
        return len(wanted) == len(got) and all(
            matches(one, other, known) for one, other in zip(wanted, got, strict=True)
        )
    return wanted == got


def test_every_example_of_the_page_answers_as_it_says(cast):
    api = program_of(cast.stranger)
    known: dict[str, str] = {}
    examples = BLOCK.findall(PAGE.read_text())
    assert len(examples) == PAGE.read_text().count("```http")

    def filled(text):
        return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], found[0]), text)

    for method, path, body, status, answer in examples:
        got = api.call(method, filled(path), filled(body).encode())
        shown = (method, path, got.status_code, got.content)
        assert got.status_code == int(status), shown
        if answer.strip()[:1] in ("{", "["):
            assert matches(json.loads(answer), got.json(), known), shown
        else:
            assert got.content.decode() == filled(answer.strip()), shown
