import customer
import pytest
import shopdb
from cast import Cast
from shopdb import Shop

from sanderling.connectors import validating
from sanderling.connectors.drivers.outages import Cause
from sanderling.lib.errors import Forbidden, Invalid


def test_a_connection_that_works_says_so_and_warns_without_tls(cast: Cast, shop: Shop) -> None:
    draft = customer.draft(shop, tls="disable")
    found = validating.validate(cast.organisation.pk, draft, by=cast.owner)
    assert found.ok
    assert validating.warnings_of(found) == ["Connection is not SSL-secured"]


@pytest.mark.skipif(not shopdb.has_tls(), reason="only Debian's server speaks TLS")
def test_a_secured_connection_has_no_warning(cast: Cast, shop: Shop) -> None:
    draft = customer.draft(shop, tls="verify-full", ca=shop.ca_pem)
    found = validating.validate(cast.organisation.pk, draft, by=cast.owner)
    assert found.ok
    assert validating.warnings_of(found) == []


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"password": "wrong"}, Cause.PASSWORD),
        ({"database": "nowhere"}, Cause.DATABASE),
        ({"port": 1}, Cause.REFUSED),
        ({"host": "db.invalid"}, Cause.DNS),
    ],
    ids=lambda value: value if isinstance(value, Cause) else "",
)
def test_a_failure_names_its_cause_and_no_secret(
    cast: Cast, shop: Shop, change: dict[str, object], cause: Cause
) -> None:
    draft = customer.draft(shop, **change)
    found = validating.validate(cast.organisation.pk, draft, by=cast.owner)
    assert (found.ok, found.cause) == (False, cause)
    assert draft.password not in found.message


def test_the_stored_password_is_tried_when_none_is_typed(cast: Cast, shop: Shop) -> None:
    connector = customer.connector(shop, cast.owner)
    draft = customer.draft(shop, password="")
    found = validating.validate(
        cast.organisation.pk, draft, connector_id=connector.pk, by=cast.owner
    )
    assert found.ok
    assert validating.validate_stored(cast.organisation.pk, connector.pk, by=cast.owner).ok


def test_a_form_that_cannot_be_tried_is_told_before(cast: Cast, shop: Shop) -> None:
    with pytest.raises(Invalid) as refusal:
        validating.validate(cast.organisation.pk, customer.draft(shop, password=""), by=cast.owner)
    assert list(refusal.value.problems) == ["password"]
    with pytest.raises(Forbidden):
        validating.validate(cast.organisation.pk, customer.draft(shop), by=cast.sender)
