import datetime as dt

import pytest
from cast import assemble
from django.utils import timezone
from programs import program_of

from sanderling.accounts import calls
from sanderling.accounts.models import ApiCall
from sanderling.api import logging_calls
from sanderling.api.models import RecentWrite
from sanderling.api.repeating import Duplicated, forget_old, refuse_repeated


@pytest.mark.django_db(transaction=True)
def test_calls_are_logged_without_what_was_in_them(settings):
    cast = assemble()
    api = program_of(cast.owner)
    logging_calls.write_down()
    ApiCall.objects.all().delete()
    api.get(f"/v1/contact/{cast.dina.pk}?secret=word")
    api.post("/v1/contact", {})
    logging_calls.write_down()
    rows = list(ApiCall.objects.order_by("pk").values_list("method", "operation", "status"))
    assert rows == [("GET", "/v1/contact/{contact_id}", 200), ("POST", "/v1/contact", 400)]
    assert ApiCall.objects.first().caller.startswith("key ")
    ApiCall.objects.update(at=timezone.now() - dt.timedelta(days=8))
    assert [calls.forget_old(), calls.forget_old()] == [2, 0]
    assert ApiCall.objects.count() == 0


def test_a_write_may_be_repeated_after_a_minute(cast):
    write = {"method": "POST", "path": "api/v1/contact", "body": b"{}"}
    refuse_repeated(cast.organisation.pk, **write)
    with pytest.raises(Duplicated, match="Duplicated request"):
        refuse_repeated(cast.organisation.pk, **write)
    refuse_repeated(cast.elsewhere.pk, **write)
    RecentWrite.objects.update(at=timezone.now() - dt.timedelta(seconds=61))
    refuse_repeated(cast.organisation.pk, **write)
    assert forget_old() == 1
    assert RecentWrite.objects.get().organisation_id == cast.organisation.pk
