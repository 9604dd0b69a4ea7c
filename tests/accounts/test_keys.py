import pytest

from sanderling.accounts import keys
from sanderling.accounts.models import ApiKey, AuditEntry
from sanderling.lib.errors import Invalid, NotFound


def test_a_key_opens_its_organisation_and_is_stored_as_a_hash(cast):
    key, secret = keys.create(cast.organisation.pk, rights="full", description="crm", by=cast.owner)
    assert keys.authenticate(secret) == key
    stored = ApiKey.objects.get()
    assert secret not in (stored.digest, stored.start)
    assert stored.last_used_at is not None
    assert AuditEntry.objects.get().verb == "key.create"


def test_a_switched_off_key_opens_nothing(cast):
    key, secret = keys.create(cast.organisation.pk, rights="full", description="", by=cast.owner)
    keys.switch(cast.organisation.pk, key.pk, on=False, by=cast.owner)
    assert keys.authenticate(secret) is None


def test_a_stranger_cannot_touch_our_key(cast):
    key, secret = keys.create(cast.organisation.pk, rights="full", description="", by=cast.owner)
    with pytest.raises(NotFound):
        keys.delete(cast.elsewhere.pk, key.pk, by=cast.stranger)
    assert keys.authenticate(secret) == key


def test_unknown_rights_are_refused(cast):
    with pytest.raises(Invalid, match="Choose one of"):
        keys.create(cast.organisation.pk, rights="all", description="", by=cast.owner)
    assert ApiKey.objects.count() == 0
