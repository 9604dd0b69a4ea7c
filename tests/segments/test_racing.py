import pytest
from cast import assemble
from django.db import transaction
from together import at_once

from sanderling.contacts.models import Contact
from sanderling.segments import entering, saving


@pytest.mark.django_db(transaction=True)
def test_of_eight_that_look_at_once_one_sees_each_who_entered() -> None:
    people = assemble()
    Contact.objects.bulk_create(Contact(organisation=people.organisation) for _ in range(500))
    segment = saving.save(
        people.organisation.pk, name="All", condition={"all": []}, by=people.owner
    )

    def look() -> list[int]:
        with transaction.atomic():
            return entering.newly_entered(segment)

    seen = at_once(*[look] * 8)
    assert sorted(map(len, seen)) == [0] * 7 + [503]
