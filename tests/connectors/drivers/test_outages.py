"""The breaker, with a clock in hand."""

import pytest

from sanderling.connectors.drivers.outages import Breaker, Cause, SourceUnavailable


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: Breaker, cause: Cause = Cause.TIMEOUT) -> Cause:
    with pytest.raises(SourceUnavailable) as raised, breaker.guard():
        raise SourceUnavailable(cause, "no")
    return raised.value.cause


def test_after_a_pause_one_try_decides():
    clock = Clock()
    breaker = Breaker(failures=2, pause=30, clock=clock)
    assert [fail(breaker) for _ in range(3)] == [Cause.TIMEOUT, Cause.TIMEOUT, Cause.PAUSED]
    clock.now = 30
    assert [fail(breaker), fail(breaker)] == [Cause.TIMEOUT, Cause.PAUSED]
    clock.now = 60
    with breaker.guard():
        assert fail(breaker) is Cause.PAUSED  # the others wait for the one who tries
    assert fail(breaker) is Cause.TIMEOUT


def test_a_success_forgets_the_failures_before_it():
    breaker = Breaker(failures=2)
    fail(breaker)
    with breaker.guard():
        pass
    assert fail(breaker) is Cause.TIMEOUT


def test_what_a_person_must_mend_does_not_pause_the_database():
    breaker = Breaker(failures=1)
    for cause in (Cause.PASSWORD, Cause.TABLE, Cause.PERMISSION):
        assert fail(breaker, cause) is cause
    with breaker.guard():
        pass
