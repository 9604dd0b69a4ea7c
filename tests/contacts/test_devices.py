import pytest

from sanderling.contacts import adding, devices
from sanderling.contacts.devices import Registration
from sanderling.contacts.models import Contact, Device
from sanderling.contacts.people import Person
from sanderling.lib.errors import Invalid, NotFound


def test_a_known_person_takes_over_an_anonymous_device(cast):
    here = cast.organisation.pk
    nobody = adding.upsert(here, Person(token="7:abc"), by=cast.owner).contact_id
    said = Registration(application_id=7, push_token="abc", device_id="phone-1", os_type="iOS")
    devices.register(here, nobody, said, by=cast.owner)
    devices.register(here, cast.dina.pk, said, by=cast.owner)
    assert [device.device_id for device in devices.of_contact(here, cast.dina.pk)] == ["phone-1"]
    assert devices.of_contact(here, nobody) == []
    assert Contact.objects.get(pk=nobody).deleted_at is not None
    found = devices.find(here, 7, "abc")
    assert found is not None
    assert found.contact_id == cast.dina.pk


def test_the_same_device_with_a_new_token_is_one_device(cast):
    here = cast.organisation.pk
    for token in ("abc", "def"):
        said = Registration(push_token=token, device_id="phone-1", os_version="x" * 80)
        devices.register(here, cast.dina.pk, said, by=cast.owner)
    device = Device.objects.get()
    assert (device.push_token, len(device.os_version)) == ("def", 50)
    assert devices.switch(here, cast.dina.pk, "def", on=False, by=cast.owner)
    device.refresh_from_db()
    assert not device.is_active


def test_a_device_needs_a_token_and_an_owner_of_ours(cast):
    with pytest.raises(Invalid):
        devices.register(
            cast.organisation.pk, cast.dina.pk, Registration(push_token=""), by=cast.owner
        )
    with pytest.raises(NotFound):
        devices.register(
            cast.elsewhere.pk, cast.dina.pk, Registration(push_token="a"), by=cast.stranger
        )
    assert Device.objects.count() == 0
