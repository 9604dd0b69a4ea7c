import html

import customer
import pytest
from cast import Cast
from django.test import Client
from shopdb import Shop

from sanderling.connectors.models import Connector
from sanderling.sources import copying
from sanderling.sources.models import DataSource, PreparedFile


@pytest.fixture
def connector(cast: Cast, shop: Shop) -> Connector:
    shop.run(customer.PROMO_CODES)
    return customer.connector(shop, cast.owner)


def test_without_a_connector_the_page_says_what_to_do(owner: Client) -> None:
    assert "Connect PostgreSQL" in owner.get("/data-sources/new").content.decode()


def test_a_source_is_made_of_connector_schema_table_and_name(
    owner: Client, connector: Connector
) -> None:
    page = owner.get("/data-sources/new").content.decode()
    assert "<option selected>public</option>" in page
    assert '<option value="promo_codes">' in page
    chosen = {"connector": connector.pk, "schema": "public", "table": "promo_codes"}
    refused = owner.post("/data-sources/new", {**chosen, "name": ""})
    assert "Give a name" in refused.content.decode()
    assert DataSource.objects.count() == 0
    answer = owner.post("/data-sources/new", {**chosen, "name": "promo_codes"})
    source = DataSource.objects.get()
    assert answer["Location"] == f"/data-sources/{source.pk}"
    shown = owner.get(f"/data-sources/{source.pk}").content.decode()
    assert f"ID {source.pk}" in shown
    assert "AAAA-BBBB-DDDD" in shown
    assert "2020-09-02T00:00:00Z" in shown


def test_who_may_read_no_table_is_told_what_to_grant(
    owner: Client, cast: Cast, connector: Connector, shop: Shop
) -> None:
    shop.run("CREATE SCHEMA IF NOT EXISTS shut")
    address = f"/data-sources/new?connector={connector.pk}&schema="
    assert "GRANT" not in owner.get(f"{address}public").content.decode()
    page = html.unescape(owner.get(f"{address}shut").content.decode())
    assert "This user may read no table of this schema." in page
    assert f'GRANT SELECT ON ALL TABLES IN SCHEMA "shut" TO "{shop.username}";' in page


def test_a_source_is_renamed_refreshed_and_deleted(
    owner: Client, cast: Cast, connector: Connector, shop: Shop
) -> None:
    source = customer.source(connector, cast.owner, table="promo_codes")
    address = f"/data-sources/{source.pk}"
    form = {"name": "codes", "outage": "SKIP", "rows_per_contact": "5"}
    assert owner.post(address, form).status_code == 302
    shop.run("ALTER TABLE promo_codes ADD COLUMN discount int")
    assert owner.post(f"{address}/columns").status_code == 302
    source.refresh_from_db()
    assert (source.name, source.outage, source.rows_per_contact) == ("codes", "SKIP", 5)
    assert source.columns[-1]["name"] == "discount"
    assert owner.post(f"{address}/delete")["Location"] == "/data-sources/"
    assert DataSource.objects.count() == 0


def test_a_dead_database_leaves_the_page_standing(
    owner: Client, cast: Cast, connector: Connector, shop: Shop
) -> None:
    source = customer.source(connector, cast.owner, table="promo_codes")
    shop.run("DROP TABLE promo_codes")
    page = owner.get(f"/data-sources/{source.pk}")
    assert page.status_code == 200
    assert "There is no table public.promo_codes" in page.content.decode()


def test_a_stranger_and_a_marketer_change_no_source(
    stranger: Client, sender: Client, cast: Cast, connector: Connector
) -> None:
    source = customer.source(connector, cast.owner, table="promo_codes")
    address = f"/data-sources/{source.pk}"
    assert stranger.get(address).status_code == 404
    form = {"name": "x", "outage": "SKIP", "rows_per_contact": "5"}
    for client, status in ((stranger, 404), (sender, 403)):
        assert client.post(address, form).status_code == status
        assert client.post(f"{address}/columns").status_code == status
        assert client.post(f"{address}/delete").status_code == status
    source.refresh_from_db()
    assert source.name == "promo_codes"


def test_a_copy_is_kept_made_and_dropped(owner: Client, cast: Cast, connector: Connector) -> None:
    source = customer.source(connector, cast.owner, table="promo_codes")
    page = f"/data-sources/{source.pk}"
    assert "Keep a copy" in owner.get(page).content.decode()

    wrong = {"every_minutes": "360", "oldest_minutes": "60"}
    refused = owner.post(f"{page}/copy", wrong, follow=True).content.decode()
    assert "At least the time between two copies." in refused
    owner.post(f"{page}/copy", {"every_minutes": "60", "oldest_minutes": "1440"})
    assert "No copy has been made yet." in owner.get(page).content.decode()
    assert copying.run_due() == 1

    shown = owner.get(page).content.decode()
    assert ": 3 rows." in shown
    assert "AAAA-BBBB-DDDD" in shown  # the first rows are the copy's
    assert "hx-get" not in owner.get(f"{page}/copy/state").content.decode()

    assert owner.post(f"{page}/copy/now")["Location"] == page
    assert copying.run_due() == 1
    assert "asked again" in owner.post(f"{page}/copy/drop", follow=True).content.decode()
    refused = owner.post(f"{page}/copy/now", follow=True).content.decode()
    assert "No copy is kept" in refused


def test_a_prepared_file_is_added_shown_changed_and_deleted(owner, sender, stranger):
    empty = owner.get("/data-sources/").content.decode()
    assert "Prepared files" not in empty
    form = {"link": "https://shop.example/offers.json", "kind": "KEY", "hours": "0"}
    assert "Ensure this value" in owner.post("/data-sources/files/new", form).content.decode()
    assert PreparedFile.objects.count() == 0
    owner.post("/data-sources/files/new", form | {"hours": "24"})
    file = PreparedFile.objects.get()
    page = f"/data-sources/files/{file.pk}"
    listed = owner.get("/data-sources/").content.decode()
    assert f'href="{page}"' in listed
    assert "Being fetched" in listed
    PreparedFile.objects.update(link=None, error="The server of the link answered 404.")
    assert "The server of the link answered 404." in owner.get(page).content.decode()
    settings = {"name": "spring", "rows_per_contact": "3", "outage": "SKIP"}
    owner.post(page, settings)
    file.refresh_from_db()
    assert (file.name, file.rows_per_contact, file.outage) == ("spring", 3, "SKIP")
    wrong = owner.post(f"{page}/fetch", {"link": "ftp://x", "hours": "5"}).content.decode()
    assert "link must begin with http:// or https://." in wrong
    owner.post(f"{page}/fetch", {"link": "https://shop.example/may.json", "hours": "5"})
    file.refresh_from_db()
    assert (file.state, file.hours) == ("STARTED", 5)
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"{page}/delete").status_code == 404
    assert PreparedFile.objects.count() == 1
    owner.post(f"{page}/delete")
    assert PreparedFile.objects.count() == 0
