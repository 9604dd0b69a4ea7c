"""The served OpenAPI document against the server, with requests that schemathesis makes of it.

Right and wrong requests alike must end in a documented status and media type, in a body of the
documented shape, and never in a 5xx.  The numbers of our own objects stand in half of the paths, so
that not everything ends at "no such thing"; every call is rolled back.  The choice is the same in
every run, and bounded.
"""

from typing import Any

import pytest
import schemathesis
import strangers
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from programs import program_of
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sanderling.api.limiting import PER_HOUR, PER_SECOND

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OUTSIDE = {502, 503}  # the customer's database, which is not there
EXAMPLES = 4  # of each kind for each method
# These ask other computers by name; tests/connectors and tests/api/test_bulk.py speak for them.
ASKS_OTHERS = ("/api/v3/connectors", "/api/v3/sources", "/api/v3/exports", "/api/v3/website")
BOUNDED = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def ours(cast, settings) -> dict[str, Any]:
    settings.API_LIMITS = dict.fromkeys(PER_SECOND | PER_HOUR, 10**9)
    settings.API_REPEAT_SECONDS = 0
    return strangers.settle(cast) | strangers.NEUTRAL


@pytest.fixture
def one_connection():
    """Keep the test's transaction: a request's end must not put its connection away."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def problems_of(operation: Any, authorization: str, ours: dict[str, Any]) -> list[str]:
    """Call a method with made-up requests; return what was wrong with the answers."""
    found: list[str] = []

    def check(case: Any, is_known: bool) -> None:
        if is_known:
            case.path_parameters = {
                name: ours.get(name, value) for name, value in (case.path_parameters or {}).items()
            }
        with transaction.atomic():
            response = case.call(headers={"Authorization": authorization})
            transaction.set_rollback(True)
        if response.status_code in OUTSIDE:
            return
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as problem:
            said = "\n".join(str(one) for one in problem.exceptions)
            found.append(f"{case.method} {case.formatted_path}\n{said}\n{response.text[:300]}")

    for mode in GenerationMode:
        try:
            strategy = operation.as_strategy(generation_mode=mode)
            BOUNDED(given(strategy, st.booleans())(check))()
        except schemathesis.errors.InvalidSchema as problem:
            found.append(str(problem))
    return found


@pytest.mark.slow
def test_made_up_requests_get_documented_answers(cast, ours, one_connection):
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    authorization = program_of(cast.owner).authorization
    problems = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.startswith(ASKS_OTHERS):
            continue
        problems += problems_of(operation, authorization, ours)
    assert not problems, f"{len(problems)} problems:\n\n" + "\n\n".join(problems)[:20_000]
