"""The home page says what is next, what goes on and what wants a person."""

import customer
from cast import Cast
from django.test import Client
from shopdb import Shop

from sanderling.broadcasts.models import Broadcast, BroadcastStatus
from sanderling.exports.models import Export, Run, RunStatus
from sanderling.messages.models import Message
from sanderling.sending.models import Gateway
from sanderling.sources import copies
from sanderling.sources.models import Copy


def shown(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_newcomer_sees_the_steps_in_their_order(owner: Client, cast: Cast) -> None:
    page = shown(owner)
    places = [page.index(words) for words in ("Connect your database", "Build a segment", "Send a")]
    assert places == sorted(places)
    assert "Import your contacts" not in page  # the cast are contacts already
    assert page.count("btn-primary") == 1


def test_a_step_disappears_when_it_is_done(owner: Client, cast: Cast, shop: Shop) -> None:
    shop.run(customer.PROMO_CODES)
    before = shown(owner)
    assert "12 % done" in before
    customer.source(customer.connector(shop, cast.owner), cast.owner, table="promo_codes")
    after = shown(owner)
    assert "37 % done" in after
    assert "Connect your database" not in after
    assert "Choose a table" not in after


def test_nobody_is_sent_where_he_may_not_go(sender: Client, cast: Cast) -> None:
    page = shown(sender)
    assert "Build a segment" in page
    assert "Connect your database" not in page
    assert "Set up your mail server" not in page


def test_what_wants_a_person_is_said_first(owner: Client, cast: Cast, shop: Shop) -> None:
    assert "Wants your attention" not in shown(owner)
    shop.run(customer.PROMO_CODES)
    connector = customer.connector(shop, cast.owner)
    source = customer.source(connector, cast.owner, table="promo_codes")
    copies.keep(cast.organisation.pk, source.pk, by=cast.owner)
    Copy.objects.update(error="It does not answer.")
    export = Export.objects.create(organisation=cast.organisation, connector=connector)
    Run.objects.create(organisation=cast.organisation, export=export, status=RunStatus.FAILED)
    Gateway.objects.create(
        organisation=cast.organisation, host="smtp.example.com", note="550 no relaying"
    )
    message = Message.objects.create(organisation=cast.organisation, name="Hello")
    Broadcast.objects.create(
        organisation=cast.organisation,
        name="Autumn",
        message=message,
        status=BroadcastStatus.UNCONFIRMED,
    )
    page = shown(owner)
    assert "The copy of “promo_codes” is not fresh: It does not answer." in page
    assert f"The last run of the data export into “{connector.name}” failed." in page
    assert "Sending is held: 550 no relaying" in page
    assert "“Autumn” waits for a second person to confirm it." in page
    assert page.index("waits for a second person") > page.index("Sending is held")


def test_another_organisation_sees_nothing_of_it(stranger: Client, cast: Cast) -> None:
    Gateway.objects.create(
        organisation=cast.organisation, host="smtp.example.com", note="550 no relaying"
    )
    page = shown(stranger)
    assert "550 no relaying" not in page
    assert "Import your contacts" in page
