"""A stranger walks through every address and every method, and finds nothing of ours.

The lists are in ``strangers``.  An address that is in none of them fails the first test, so
that nobody adds a page without saying who may see it.
"""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import strangers
from cast import Cast
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from sanderling.accounts import keys
from sanderling.api.limiting import PER_HOUR, PER_SECOND
from sanderling.api.operations import IN_BRACES, OPERATIONS, Operation

REFUSALS = {302, 400, 403, 404, 405}  # 302: back to the list, with the reason in a notice


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """Yield the route and the name of every address."""
    for one in (resolver or get_resolver()).url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, route)
        elif isinstance(one, URLPattern):
            yield route, one.name


def names() -> set[str]:
    return {name for _, name in patterns() if name}


@pytest.fixture
def ours(cast: Cast) -> dict[str, Any]:
    return strangers.settle(cast)


def visitor(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.stranger_user)
    return client


def address(name: str, ours: dict[str, Any]) -> str:
    """Return an address with our ids in it."""
    route = next(route for route, other in patterns() if other == name)
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
    known = {**strangers.NEUTRAL, **ours}
    for parameter, meant in strangers.CALLED.get(name, {}).items():
        known[parameter] = ours[meant]
    missing = set(wanted) - set(known)
    assert not missing, f"tests/strangers.py does not know {missing} of {name}"
    return reverse(name, kwargs={parameter: known[parameter] for parameter in wanted})


def test_every_address_is_in_a_list_of_this_test():
    listed = strangers.PUBLIC | strangers.OWN | strangers.OURS | strangers.FORGED
    listed |= {"api", "api-unversioned"}
    assert names() - listed == set(), "say in tests/strangers.py who may see these pages"


def test_an_address_with_an_object_is_not_listed_as_a_plain_page():
    for route, name in patterns():
        if name in strangers.OWN:
            assert "<" not in route, name


def test_our_objects_do_not_exist_for_a_stranger(cast, ours):
    before = strangers.fingerprint(cast.organisation.pk)
    for name in sorted(strangers.OURS & names()):
        path = address(name, ours)
        for answer in (
            visitor(cast).get(path, strangers.mentions(ours)),
            visitor(cast).post(path, strangers.mentions(ours)),
            visitor(cast).post(path),
        ):
            assert answer.status_code in REFUSALS, (name, answer.status_code)
            assert strangers.MARK.encode() not in answer.content, name
    assert strangers.fingerprint(cast.organisation.pk) == before


def test_a_strangers_own_pages_show_and_change_nothing_of_ours(cast, ours):
    before = strangers.fingerprint(cast.organisation.pk)
    for name in sorted(strangers.OWN & names()):
        path = address(name, ours)
        for answer in (
            visitor(cast).get(path),
            visitor(cast).get(path, strangers.mentions(ours) | {"q": "", "search": ""}),
            visitor(cast).post(path, strangers.mentions(ours) | {"q": "", "search": ""}),
        ):
            assert answer.status_code < 500, (name, answer.status_code)
            assert strangers.MARK.encode() not in answer.content, name
    assert strangers.fingerprint(cast.organisation.pk) == before


def test_a_forged_word_opens_nothing(cast, ours):
    before = strangers.fingerprint(cast.organisation.pk)
    for name in sorted(strangers.FORGED & names()):
        path = address(name, ours)
        for answer in (Client().get(path), Client().post(path)):
            assert answer.status_code < 500, (name, answer.status_code)
            assert strangers.MARK.encode() not in answer.content, name
    assert strangers.fingerprint(cast.organisation.pk) == before


def test_without_signing_in_there_is_only_the_way_to_the_door(cast, ours):
    before = strangers.fingerprint(cast.organisation.pk)
    for name in sorted((strangers.OWN | strangers.OURS) & names()):
        path = address(name, ours)
        for answer in (Client().get(path), Client().post(path)):
            assert answer.status_code in REFUSALS, (name, answer.status_code)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/sign-in"), name
            assert strangers.MARK.encode() not in answer.content, name
    assert strangers.fingerprint(cast.organisation.pk) == before


def called(operation: Operation, ours: dict[str, Any], authorization: str) -> Any:
    """Return the answer to a method that is asked for what is ours, in every way at once."""
    known = {**strangers.NEUTRAL, **ours}
    path = IN_BRACES.sub(lambda found: str(known[found.group(1)]), operation.path)
    query = urlencode(
        {
            "ids": ours["contact_id"], "contactId": ours["contact_id"],
            "dateFrom": "2025-01-01", "dateTo": "2025-01-31",
        }
    )  # fmt: skip
    return Client().generic(
        operation.method,
        f"/api{path}?{query}",
        json.dumps(strangers.wishes(ours)),
        content_type="application/json",
        headers={"Authorization": authorization} if authorization else {},
    )


@pytest.fixture
def strange_key(cast: Cast) -> str:
    _, secret = keys.create(cast.elsewhere.pk, rights="full", description="", by=cast.stranger)
    return "Basic " + base64.b64encode(f"x:{secret}".encode()).decode()


def test_no_method_of_the_api_gives_or_changes_what_is_ours(cast, ours, strange_key, settings):
    settings.API_LIMITS = dict.fromkeys(PER_SECOND | PER_HOUR, 100_000)
    before = strangers.fingerprint(cast.organisation.pk)
    neutral = set(strangers.NEUTRAL)
    for operation in OPERATIONS:
        answer = called(operation, ours, strange_key)
        shown = (operation.method, operation.path, answer.status_code, answer.content[:200])
        assert answer.status_code < 500, shown
        if set(IN_BRACES.findall(operation.path)) - neutral - {"app_uuid"}:
            assert 400 <= answer.status_code < 500, shown
        sent = f"{strangers.MARK}@example.com".encode()
        assert strangers.MARK.encode() not in answer.content.replace(sent, b""), shown
        assert b"kozak@example.com" not in answer.content, shown
    assert strangers.fingerprint(cast.organisation.pk) == before


def test_no_method_of_the_api_answers_without_credentials(cast, ours):
    before = strangers.fingerprint(cast.organisation.pk)
    for operation in OPERATIONS:
        answer = called(operation, ours, "")
        shown = (operation.method, operation.path, answer.status_code)
        assert answer.status_code in ({401} if operation.group else {400, 404}), shown
    assert strangers.fingerprint(cast.organisation.pk) == before


def test_the_lists_name_no_page_twice():
    lists = [strangers.PUBLIC, strangers.OWN, strangers.OURS, strangers.FORGED]
    assert sum(map(len, lists)) == len(set().union(*lists))
