"""What stands in a prepared file: judged whole, with the reason in the words of who made it.

KEY is ``{"ann@example.com": [{…}, …], …}``, RANDOM is ``{"recommendations": [{…}, …]}``.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from sanderling.connectors.drivers.tables import KeyKind
from sanderling.contacts import validating
from sanderling.lib.errors import SanderlingError
from sanderling.sources.models import PreparedKind

MOST_ROWS = 500_000
ITEMS = "recommendations"
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it, not as text about it


class WrongFile(SanderlingError):
    """The file is not what a prepared file has to be."""

    status = 400


Row = tuple[str, dict[str, Any]]  # the key, "" in a RANDOM file; and what a message sees


def rows_in(content: bytes, *, kind: str) -> list[Row]:
    """Return the rows of a file in its order; raise WrongFile."""
    given = _parsed(content)
    if not isinstance(given, dict):
        raise WrongFile("The file must hold one JSON object.")
    found = _by_address(given) if kind == PreparedKind.KEY else _items(given)
    rows = list(found)
    if not rows:
        raise WrongFile("The file has no rows.")
    if len(rows) > MOST_ROWS:
        raise WrongFile(f"The file has more than {MOST_ROWS:,} rows.")
    return rows


def _parsed(content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
        given = json.loads(text, parse_constant=_no_number)
        # What PostgreSQL's jsonb cannot hold: NUL, half a surrogate pair, an endless number.
        written = json.dumps(given, ensure_ascii=False, allow_nan=False)
        written.encode()
    except UnicodeDecodeError as error:
        raise WrongFile("The file is not in UTF-8.") from error
    except UnicodeEncodeError as error:
        raise WrongFile("The file holds half a character (a lone surrogate).") from error
    except RecursionError as error:
        raise WrongFile("The file is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise WrongFile(f"The file is not JSON: {error}.") from error
    except ValueError as error:
        raise WrongFile("The file holds a number that is too large.") from error
    if NUL.search(written):
        raise WrongFile("The file holds a NUL character, which is no text.")
    return given


def _no_number(word: str) -> NoReturn:
    raise WrongFile(f"The file holds {word}, which is not JSON.")


def _by_address(given: dict[str, Any]) -> Iterator[Row]:
    for key, rows in given.items():
        if not validating.email(key):
            raise WrongFile(f"“{key[:100]}” is not an e-mail address.")
        if not isinstance(rows, list):
            raise WrongFile(f"Under “{key[:100]}” there must be an array of rows.")
        for row in rows:
            yield KeyKind.EMAIL.normal_form(key), _checked(row, key)


def _items(given: dict[str, Any]) -> Iterator[Row]:
    items = given.get(ITEMS)
    if not isinstance(items, list):
        raise WrongFile(f"A Random file must hold an array under “{ITEMS}”.")
    for item in items:
        yield "", _checked(item, ITEMS)


def _checked(row: Any, key: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise WrongFile(f"Every row under “{key[:100]}” must be an object.")
    return row
