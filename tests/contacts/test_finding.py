from sanderling.contacts import adding, finding
from sanderling.contacts.people import Person


def test_values_are_found_as_they_were_written(cast):
    here = cast.organisation.pk
    found = finding.by_keys(here, "PHONE", ["+380 67 000 00 01", "380670000009"])
    assert found == {"+380 67 000 00 01": cast.dina.pk}
    assert finding.by_key(here, "EMAIL", " KOZAK@example.com") == cast.dina.pk
    assert finding.by_key(here, "TOKEN", "7:abc") is None
    adding.upsert(here, Person(token="7:abc", email="kozak@example.com"), by=cast.owner)
    assert finding.by_key(here, "TOKEN", "7:abc") == cast.dina.pk


def test_nobody_is_found_elsewhere(cast):
    assert finding.by_keys(cast.elsewhere.pk, "PHONE", ["380670000001"]) == {}
    assert finding.by_key(cast.elsewhere.pk, "EXTERNAL_ID", "C-1") is None
