from sanderling.contacts import recognising
from sanderling.contacts.models import Contact
from sanderling.contacts.recognising import NOBODY, Identity


def test_the_strongest_name_that_somebody_bears_wins(cast, django_assert_num_queries):
    identities = [
        Identity(contact_id=cast.ivan.pk, external_id="C-1"),
        Identity(external_id="C-1", email="ivan@приклад.укр"),
        Identity(external_id="unknown", email="IVAN@приклад.укр"),
        Identity(phone="+380 67 000 00 01"),
        Identity(email="nobody@example.com"),
        Identity(),
    ]
    with django_assert_num_queries(1):
        found = recognising.recognise(cast.organisation.pk, identities)
    dina, ivan = cast.dina.pk, cast.ivan.pk
    assert found == [ivan, dina, ivan, dina, NOBODY, NOBODY]
    assert recognising.recognise(cast.elsewhere.pk, identities) == [NOBODY] * 6


def test_many_strangers_are_added_by_sets_and_each_once(cast, django_assert_max_num_queries):
    identities = [Identity(email=f"p{n % 500}@example.com", first_name="Ann") for n in range(1000)]
    with django_assert_max_num_queries(30):
        found = recognising.recognise_or_add(
            cast.organisation.pk, [*identities, Identity()], source="ORDER", by=cast.owner
        )
    assert found[-1] == NOBODY
    assert found[:500] == found[500:1000]
    assert Contact.objects.filter(source="ORDER", first_name="Ann").count() == 500
