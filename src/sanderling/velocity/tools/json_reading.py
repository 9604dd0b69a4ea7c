"""`$json`: a JSON text as maps and lists: `#set($order = $json.parse($jsonParam))$order.total`.

The original keeps the last parsed text inside the tool; here `parse` returns it, so that one
contact's data can never show in another's message. Files and addresses are not read at all.
"""

from __future__ import annotations

import json
from typing import NoReturn

from sanderling.velocity.errors import MethodFailed
from sanderling.velocity.limits import Budget
from sanderling.velocity.methods.arguments import to_text
from sanderling.velocity.methods.method import Table, method


class JsonTool:
    """`$json`."""

    __slots__ = ()


def _parse(budget: Budget, tool: JsonTool, value: object) -> object:
    if value is None:
        return None
    text = to_text(value, budget)
    budget.check_string(len(text))
    budget.charge_work(10 * len(text))
    try:
        return json.loads(text, parse_int=_whole, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MethodFailed(f"the text is no JSON: {error}") from error


def _whole(digits: str) -> int:
    if len(digits) > 100:
        raise MethodFailed("a number in the JSON has more than 100 digits")
    return int(digits)


def _refuse(name: str) -> NoReturn:
    raise MethodFailed(f"{name} is no JSON")


JSON_METHODS: Table = {"parse": method(_parse, 1)}
