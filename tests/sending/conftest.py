"""A message, its content and people who get it."""

import pytest

from sanderling.messages.freezing import freeze
from sanderling.messages.models import Message
from sanderling.sending.models import OriginKind
from sanderling.sending.queueing import Origin, People


@pytest.fixture
def message(cast):
    return Message.objects.create(
        organisation=cast.organisation,
        name="Hello",
        subject="Hello, %FIRSTNAME%",
        sender_name="Sandpiper",
        sender_email="news@sandpiper.example",
        html='<p>Hello, $!{firstName}. <a href="https://shop.example/">Shop</a></p>',
    )


@pytest.fixture
def content(message):
    return freeze(message)


@pytest.fixture
def origin():
    return Origin(OriginKind.BROADCAST, 77)


@pytest.fixture
def everybody(cast):
    return People(
        "SELECT id FROM contacts_contact WHERE organisation_id = %(people_of)s",
        {"people_of": cast.organisation.pk},
    )
