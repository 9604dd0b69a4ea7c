import customer
import pytest
from cast import Cast
from django.test import Client
from shopdb import Shop

from sanderling.connectors import opening
from sanderling.connectors.models import Connector

FORM = {
    "name": "Shop", "port": "5432", "database": "shop", "username": "reader", "tls": "prefer",
    "ca": "", "key_column": "email", "contact_key": "EMAIL",
}  # fmt: skip


def filled(shop: Shop, **changes: str) -> dict[str, str]:
    server = {"host": shop.host, "port": str(shop.port), "database": shop.database}
    login = {"username": shop.username, "password": shop.password}
    return {**FORM, **server, **login, **changes}


def test_the_form_begins_as_the_document_shows(owner: Client) -> None:
    page = owner.get("/settings/connectors/new").content.decode()
    assert 'value="5432"' in page
    assert "Validate connection" in page
    assert "Set unique contact field" in page
    for choice in ("Email", "Phone number", "External ID"):
        assert f">{choice}</option>" in page


def test_validating_tells_success_and_warns_of_a_plain_connection(
    owner: Client, shop: Shop
) -> None:
    answer = owner.post(
        "/settings/connectors/new/validation",
        filled(shop, tls="disable"),
        headers={"HX-Request": "true"},
    )
    page = answer.content.decode()
    assert "Connection is valid." in page
    assert "Connection is not SSL-secured" in page
    assert 'hx-swap-oob="innerHTML:#notices"' in page
    assert Connector.objects.count() == 0


def test_validating_offers_the_columns_of_the_tables(owner: Client, shop: Shop) -> None:
    shop.run(customer.PROMO_CODES)
    form = filled(shop)
    address = "/settings/connectors/new/validation"
    page = owner.post(address, form, headers={"HX-Request": "true"}).content.decode()
    assert '<datalist id="key-columns" hx-swap-oob="true">' in page
    assert '<option value="promo_code"></option>' in page
    assert '<option value="promo_code"></option>' in owner.post(address, form).content.decode()


def test_validating_without_script_shows_the_form_again(owner: Client, shop: Shop) -> None:
    answer = owner.post("/settings/connectors/new/validation", filled(shop, password="wrong"))
    page = answer.content.decode()
    assert "does not accept the username" in page
    assert 'name="key_column"' in page
    assert "wrong" not in page


def test_a_saved_connector_never_shows_its_password(owner: Client, shop: Shop) -> None:
    answer = owner.post("/settings/connectors/new", filled(shop))
    assert answer.status_code == 302
    connector = Connector.objects.get()
    assert opening.password_of(connector) == shop.password
    page = owner.get(f"/settings/connectors/{connector.pk}").content.decode()
    assert shop.password not in page
    kept = filled(shop, name="Renamed", password="")
    assert owner.post(f"/settings/connectors/{connector.pk}", kept).status_code == 302
    connector.refresh_from_db()
    assert connector.name == "Renamed"
    assert opening.password_of(connector) == shop.password


def test_a_private_host_is_refused_at_its_field(owner: Client, shop: Shop) -> None:
    page = owner.post("/settings/connectors/new", filled(shop, host="10.0.0.1")).content.decode()
    assert "private or reserved network" in page
    assert Connector.objects.count() == 0


@pytest.mark.parametrize("port", ["", "x", "70000", "٣"])
def test_a_strange_port_is_told(owner: Client, shop: Shop, port: str) -> None:
    answer = owner.post("/settings/connectors/new", filled(shop, port=port))
    assert answer.status_code == 200
    assert Connector.objects.count() == 0


def test_a_marketer_sees_no_connectors(sender: Client, cast: Cast, shop: Shop) -> None:
    connector = customer.connector(shop, cast.owner)
    for address in ("", "/new", f"/{connector.pk}"):
        assert sender.get(f"/settings/connectors{address}").status_code == 403
    assert sender.post(f"/settings/connectors/{connector.pk}/delete").status_code == 403
    assert Connector.objects.count() == 1


def test_a_stranger_finds_no_connector_of_ours(stranger: Client, cast: Cast, shop: Shop) -> None:
    connector = customer.connector(shop, cast.owner)
    address = f"/settings/connectors/{connector.pk}"
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, filled(shop)).status_code == 404
    assert stranger.post(f"{address}/validation", filled(shop)).status_code == 404
    assert stranger.post(f"{address}/delete").status_code == 404
    assert Connector.objects.count() == 1
