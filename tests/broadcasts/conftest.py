"""A campaign to a list."""

import pytest

from sanderling.broadcasts import drafting
from sanderling.contacts import lists
from sanderling.messages.models import Message


@pytest.fixture
def message(cast):
    return Message.objects.create(
        organisation=cast.organisation,
        name="News",
        subject="Hello, %FIRSTNAME%",
        sender_email="news@sandpiper.example",
        html='<p>Hello <a href="$!unsubscribeUrl">x</a></p>',
    )


@pytest.fixture
def readers(cast):
    made = lists.create(cast.organisation.pk, "Readers", by=cast.owner)
    people = [cast.dina.pk, cast.ivan.pk, cast.ghost.pk]
    lists.add_members(cast.organisation.pk, made.pk, people, by=cast.owner)
    return made


@pytest.fixture
def broadcast(cast, message, readers):
    return drafting.create(
        cast.organisation.pk, message_id=message.pk, include=[readers.pk], by=cast.sender
    )
