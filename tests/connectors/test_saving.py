import customer
import pytest
from cast import Cast
from shopdb import Shop

from sanderling.accounts.models import AuditEntry
from sanderling.connectors import opening, saving
from sanderling.connectors.models import Connector
from sanderling.contacts.models import Field, FieldGroup
from sanderling.lib.errors import Conflict, Forbidden, Invalid, NotFound
from sanderling.lib.sealing import CannotUnseal
from sanderling.sources.models import DataSource

SHOP = Shop("127.0.0.1", 5999, stop=lambda: None, pid=0)


def test_the_password_is_sealed_and_opens_again(cast: Cast) -> None:
    connector = customer.connector(SHOP, cast.owner)
    connector.refresh_from_db()
    assert SHOP.password.encode() not in bytes(connector.secret)
    assert opening.settings_of(connector).password == SHOP.password
    assert SHOP.password not in repr(opening.settings_of(connector))
    entry = AuditEntry.objects.get(verb="connector.create")
    assert entry.details == {"name": "Shop", "host": "127.0.0.1"}


def test_a_password_moved_to_another_connector_does_not_open(cast: Cast) -> None:
    first = customer.connector(SHOP, cast.owner)
    second = customer.connector(SHOP, cast.owner, name="Other")
    Connector.objects.filter(pk=second.pk).update(secret=first.secret)
    second.refresh_from_db()
    with pytest.raises(CannotUnseal):
        opening.settings_of(second)


def test_an_empty_password_leaves_the_stored_one(cast: Cast) -> None:
    connector = customer.connector(SHOP, cast.owner)
    unchanged = customer.draft(SHOP, password="", name="Renamed")
    saved = saving.save(cast.organisation.pk, unchanged, connector_id=connector.pk, by=cast.owner)
    assert saved.name == "Renamed"
    assert opening.settings_of(saved).password == SHOP.password


@pytest.mark.parametrize(
    "change",
    [{"host": "93.184.215.14"}, {"port": 5998}, {"username": "other"}, {"tls": "disable"}],
    ids=lambda change: next(iter(change)),
)
def test_the_stored_password_goes_nowhere_new(cast: Cast, change: dict[str, object]) -> None:
    connector = customer.connector(SHOP, cast.owner)
    draft = customer.draft(SHOP, password="", **change)
    with pytest.raises(Invalid) as refusal:
        saving.save(cast.organisation.pk, draft, connector_id=connector.pk, by=cast.owner)
    assert list(refusal.value.problems) == ["password"]
    connector.refresh_from_db()
    assert (connector.host, connector.port) == ("127.0.0.1", 5999)


def test_every_problem_of_the_form_is_told_at_once(cast: Cast) -> None:
    draft = customer.draft(
        SHOP, name=" ", host="/tmp", port=0, username="", password="", key_column="",
        tls="maybe", ca="not PEM", contact_key="FIELD",
    )  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        saving.save(cast.organisation.pk, draft, by=cast.owner)
    assert set(refusal.value.problems) == {
        "name", "host", "port", "username", "password", "key_column", "tls", "ca", "field_id",
    }  # fmt: skip
    assert Connector.objects.count() == 0


@pytest.mark.parametrize("host", ["10.0.0.7", "169.254.169.254", "192.168.1.1", "0.0.0.0"])
def test_a_private_host_is_refused_unless_the_operator_allows_it(cast: Cast, host: str) -> None:
    with pytest.raises(Invalid) as refusal:
        saving.save(cast.organisation.pk, customer.draft(SHOP, host=host), by=cast.owner)
    assert list(refusal.value.problems) == ["host"]
    assert Connector.objects.count() == 0


def test_the_contact_key_may_be_an_additional_field_of_ours(cast: Cast) -> None:
    group = FieldGroup.objects.create(organisation=cast.organisation, name="Shop", key="SHOP")
    field = Field.objects.create(
        organisation=cast.organisation, group=group, name="Card", key="CARD"
    )
    by_field = customer.draft(SHOP, contact_key="FIELD", field_id=field.pk)
    assert saving.save(cast.organisation.pk, by_field, by=cast.owner).field == field
    with pytest.raises(Invalid) as refusal:
        saving.save(cast.elsewhere.pk, by_field, by=cast.stranger)
    assert list(refusal.value.problems) == ["field_id"]


def test_a_marketer_and_a_stranger_cannot_change_a_connector(cast: Cast) -> None:
    connector = customer.connector(SHOP, cast.owner)
    draft = customer.draft(SHOP, name="Taken over")
    with pytest.raises(Forbidden):
        saving.save(cast.organisation.pk, draft, connector_id=connector.pk, by=cast.sender)
    with pytest.raises(NotFound):
        saving.save(cast.elsewhere.pk, draft, connector_id=connector.pk, by=cast.stranger)
    with pytest.raises(NotFound):
        saving.delete(cast.elsewhere.pk, connector.pk, by=cast.stranger)
    connector.refresh_from_db()
    assert connector.name == "Shop"


def test_a_connector_in_use_is_not_deleted(cast: Cast) -> None:
    connector = customer.connector(SHOP, cast.owner)
    source = DataSource.objects.create(
        organisation=cast.organisation, connector=connector, name="promo_codes", schema="public",
        table="promo_codes",
    )  # fmt: skip
    with pytest.raises(Conflict, match="promo_codes"):
        saving.delete(cast.organisation.pk, connector.pk, by=cast.owner)
    assert Connector.objects.count() == 1
    source.delete()
    saving.delete(cast.organisation.pk, connector.pk, by=cast.owner)
    assert Connector.objects.count() == 0
