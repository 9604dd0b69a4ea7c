"""Every method for every right: what opens and what does not, as the document groups them."""

import pytest
import strangers
from programs import program_of

from sanderling.accounts.models import KeyRights
from sanderling.api.limiting import PER_HOUR, PER_SECOND
from sanderling.api.operations import IN_BRACES, OPERATIONS
from sanderling.api.rights import GROUPS, OPENS, Group, group_of

DOCUMENT = {
    "full": {1, 2, 3, 4, 5, 6, 7},
    "events": {1, 5},
    "events-contacts-write": {1, 2, 5},
    "events-contacts": {1, 2, 3, 4, 5},
    "messages": {1, 6},
}


def test_the_table_is_the_documents():
    assert set(OPENS) == set(KeyRights.values)
    for right, groups in OPENS.items():
        assert {int(group) for group in groups} - {0} == DOCUMENT[right]


def test_every_method_of_the_table_exists():
    registered = {(one.method, one.path) for one in OPERATIONS}
    assert set(GROUPS) - registered == set()


def test_our_own_methods_need_full_access():
    ours = [one for one in OPERATIONS if (one.method, one.path) not in GROUPS]
    assert len(ours) > 20
    assert {one.group for one in ours} == {Group.FULL}
    assert {one.path.split("/")[1] for one in ours} == {"v3"}


def test_a_method_outside_the_table_cannot_be_registered():
    with pytest.raises(KeyError):
        group_of("GET", "/v1/nothing")


@pytest.mark.parametrize("right", DOCUMENT)
def test_every_method_answers_the_rights_that_open_it(cast, right, settings):
    settings.API_LIMITS = dict.fromkeys(PER_SECOND | PER_HOUR, 100_000)
    program = program_of(cast.owner, right)
    for one in OPERATIONS:
        answer = program.call(one.method, IN_BRACES.sub("0", one.path), b"{}")
        is_open = one.group == 0 or int(one.group) in DOCUMENT[right]
        assert (answer.status_code == 403) is not is_open, (one.method, one.path, answer.content)


@pytest.mark.parametrize("right", sorted(set(DOCUMENT) - {"full"}))
def test_what_a_right_does_not_open_changes_and_tells_nothing(cast, right, settings):
    """Every refused method is asked for what exists, with a body that would change it."""
    settings.API_LIMITS = dict.fromkeys(PER_SECOND | PER_HOUR, 100_000)
    ours = strangers.settle(cast) | strangers.NEUTRAL
    program = program_of(cast.owner, right)
    program.get("/v1/version")  # the key has been used from here on
    before = strangers.fingerprint(cast.organisation.pk)
    refused = [one for one in OPERATIONS if int(one.group) not in {0, *DOCUMENT[right]}]
    assert len(refused) > 50
    body = {"name": "Changed", "firstName": "Changed", "active": False, "on": False}
    for one in refused:
        path = IN_BRACES.sub(lambda found: str(ours[found[1]]), one.path)
        answer = program.call(one.method, path, body)
        assert answer.status_code == 403, (one.method, path)
        told = answer.json()
        assert told.pop("path") == f"/api{path}"
        assert strangers.MARK not in str(told)
    assert strangers.fingerprint(cast.organisation.pk) == before


def test_adding_contacts_does_not_read_them(cast):
    program = program_of(cast.owner, "events-contacts-write")
    body = {"externalCustomerId": "C-1", "firstName": "Dinara"}
    assert program.post("/v1/contact", body).json() == {"id": cast.dina.pk}
    for path in (
        f"/v1/contact/{cast.dina.pk}", "/v1/contacts", "/v1/groups",
        f"/v1/contacts/email?ids={cast.dina.pk}",
    ):  # fmt: skip
        refused = program.get(path)
        assert refused.status_code == 403
        assert refused.json()["error"] == "Forbidden"
        assert b"kozak" not in refused.content
