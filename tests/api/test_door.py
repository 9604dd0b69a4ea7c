import pytest
from django.db import connection
from django.test.utils import override_settings
from programs import Program, basic, program_of

from sanderling.accounts import keys
from sanderling.accounts.models import ApiKey
from sanderling.contacts import fields


def test_any_login_and_a_key_open_the_api(cast):
    _, secret = keys.create(cast.organisation.pk, rights="events", description="", by=cast.owner)
    for login in ("", "user", "owner@sandpiper.example", "a:b"[:1]):
        answer = Program(basic(login, secret)).get("/v1/version")
        assert answer.status_code == 200
        assert answer.json()["protocolVersion"] == "1.0"
        assert isinstance(answer.json()["version"], str)


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !!!", "Basic dXNlcg==", "Bearer", "Bearer x", "Basic dXNlcjo=", "Digest a",
     "Basic " + "A" * 9000, "Bearer \x00", "basic eDp5"],
)  # fmt: skip
def test_without_credentials_the_answer_is_json_and_401(cast, header):
    answer = Program(header).get("/v1/account/info")
    assert answer.status_code == 401
    assert answer.json()["status"] == 401
    is_token = header.startswith("Bearer ")
    assert answer.json()["error"] == ("invalid_token" if is_token else "Unauthorized")
    assert answer.json()["path"] == "/api/v1/account/info"
    assert answer["WWW-Authenticate"].startswith("Bearer" if is_token else "Basic")


def test_a_switched_off_key_opens_nothing(cast):
    program = program_of(cast.owner)
    assert program.get("/v1/version").status_code == 200
    ApiKey.objects.update(is_active=False)
    assert program.get("/v1/version").status_code == 401


@pytest.mark.parametrize(
    "path", ["/api/v1/version/", "//api/v1/version", "/api//v1/version", "///api/v1/version//"]
)
def test_slashes_may_be_doubled_or_trail(api, path):
    assert api.get(path).status_code == 200


def test_a_body_of_a_get_is_ignored(api):
    assert api.call("GET", "/v1/version", []).status_code == 200


def test_the_wrong_verb_and_the_wrong_path_have_their_own_answers(api):
    verb = api.call("PATCH", "/v1/version")
    assert (verb.status_code, verb["Allow"]) == (405, "GET, OPTIONS")
    assert verb.json()["error"] == "Method Not Allowed"
    path = api.get("/v1/nothing")
    assert (path.status_code, path.json()["path"]) == (404, "/api/v1/nothing")


def test_json_has_the_charset_in_the_header(api):
    assert api.get("/v1/version")["Content-Type"] == "application/json; charset=UTF-8"


def test_account_info_names_the_person_and_the_organisation(api, cast):
    assert api.get("/v1/account/info").json() == {
        "userEmail": "owner@sandpiper.example",
        "organisationName": "Sandpiper",
        "orgId": cast.organisation.pk,
    }


def test_the_field_catalogue_collapses_single_members(api, cast):
    fields.create_defaults(cast.organisation.pk)
    book = api.get("/v1/addressbooks").json()["addressBook"]
    assert book["name"] == "Sandpiper"
    group = book["fieldGroups"]
    assert (group["name"], group["profileKey"]) == ("Personal", "PERSONAL")
    assert [one["fieldKey"] for one in group["fields"]] == ["BIRTHDAY", "GENDER"]
    assert group["fields"][0]["description"]["type"] == "DATE"


def test_balance_history_knows_its_limits(api):
    assert api.get("/v1/balance").json()["currency"] == "USD"
    assert api.get("/v1/balance/history").json() == {"currency": "USD", "dailyCosts": []}
    turned = api.get("/v1/balance/history?dateFrom=2025-02-02&dateTo=2025-02-01")
    assert turned.status_code == 400
    assert turned.content == b"dateTo must be greater or equal to dateFrom"
    assert api.get("/v1/balance/history?dateFrom=2025-01-01&dateTo=2025-06-01").status_code == 419


def test_the_limit_is_in_the_headers_and_ends_in_429(api):
    first = api.get("/v1/version")
    assert first["X-RateLimit-Limit"] == "200"
    with override_settings(API_LIMITS={"contacts": 1}):
        codes = [api.get("/v1/contacts") for _ in range(3)]
    assert 429 in [answer.status_code for answer in codes]
    refused = next(answer for answer in codes if answer.status_code == 429)
    assert refused["Retry-After"] == "1"


def test_an_event_token_opens_the_events_of_v1_and_nothing_else(api):
    token = api.post("/v1/auth/token").content.decode()
    bearer = Program(f"Bearer {token}")
    event = {"eventTypeKey": "seen", "keyValue": "1", "params": []}
    assert bearer.post("/v1/event", event).status_code == 200
    assert bearer.post("/v2/event", event).status_code == 403
    assert bearer.get("/v1/version").status_code == 403
    assert Program(f"Bearer {token}x").post("/v1/event", event).status_code == 401


HOSTILE = {
    "nothing": b"",
    "no json": b"<xml/>",
    "a number": b"7",
    "null": b"null",
    "half": b'{"contacts": [',
    "nul inside": b'{"firstName": "a\\u0000b", "externalCustomerId": "x\\u0000"}',
    "raw nul": b'{"externalCustomerId": "a\x00b"}',
    "lone surrogate": b'{"externalCustomerId": "\\ud800"}',
    "not utf-8": b'{"externalCustomerId": "\xff\xfe"}',
    "deep": b'{"params": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"orders": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "huge number": b'{"id": 1' + b"0" * 1_000_000 + b', "contactIds": [1e400]}',
    "large number": b'{"id": 99999999999999999999, "contactIds": [99999999999999999999]}',
    "negative": b'{"contactIds": [-1], "recipients": [{"contactId": -1}]}',
    "same key twice": b'{"externalCustomerId": "a", "externalCustomerId": 7}',
    "wrong types": b'{"channels": "x", "fields": 3, "address": [], "params": 5, "orders": {}}',
    "lists of lists": b'{"channels": [[[]]], "contacts": [[]], "recipients": [[]]}',
    "long text": b'{"externalCustomerId": "' + b"x" * 100_000 + b'"}',
    "nan": b'{"totalCost": NaN}',
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_body_breaks_a_method(api, cast, name):
    from sanderling.api.operations import OPERATIONS

    for one in OPERATIONS:
        if one.body is None:
            continue
        path = one.path.replace("{contact_id}", str(cast.dina.pk))
        answer = api.call(one.method, path, HOSTILE[name])
        assert answer.status_code < 500, (one.method, one.path, name, answer.content[:300])


@pytest.mark.parametrize(
    "tail",
    ["%00", "99999999999999999999999", "-1", "x", "%ED%A0%80", "1%2F2", "%F0%9F%98%80", "..",
     "1?startindex=99999999999999999999&maxrows=-1", "1?email=%00", "1?ids=1,x,%00",
     "1?externalCustomerId=%00&dateFrom=0000-00-00&dateTo=99999-01-01"],
)  # fmt: skip
def test_no_hostile_address_breaks_a_method(api, cast, tail):
    from sanderling.api.operations import IN_BRACES, OPERATIONS

    for one in OPERATIONS:
        path = IN_BRACES.sub(tail.partition("?")[0], one.path)
        query = tail.partition("?")[2]
        answer = api.call(one.method, f"{path}?{query}", {})
        assert answer.status_code < 500, (one.method, path, answer.content[:300])


@pytest.mark.parametrize("charset", ["windows-1251", "utf-8", "UTF-8", '"utf-8"', "utf-16"])
def test_a_declared_charset_is_believed(api, charset):
    raw = '{"eventTypeKey": "бачив", "keyValue": "ключ"}'.encode(charset.strip('"'))
    answer = api.post("/v1/event", raw, content_type=f"application/json; charset={charset}")
    assert answer.status_code == 200
    from sanderling.events.models import Event

    assert Event.objects.get().key_value == "ключ"


def test_a_charset_that_does_not_exist_is_a_400(api):
    for charset in ("klingon", "base64", "rot13"):
        answer = api.post("/v1/event", b"{}", content_type=f"application/json; charset={charset}")
        assert answer.status_code == 400


def test_every_call_of_the_test_kept_the_connection_usable(api, cast):
    api.post("/v1/event", HOSTILE["nul inside"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
