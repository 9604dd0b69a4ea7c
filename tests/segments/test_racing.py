import threading

import pytest
from cast import assemble
from django.db import connection, transaction

from sanderling.contacts.models import Contact
from sanderling.segments import entering, saving


@pytest.mark.django_db(transaction=True)
def test_of_eight_that_look_at_once_one_sees_each_who_entered() -> None:
    people = assemble()
    Contact.objects.bulk_create(Contact(organisation=people.organisation) for _ in range(500))
    segment = saving.save(
        people.organisation.pk, name="All", condition={"all": []}, by=people.owner
    )
    seen: list[list[int]] = []
    start = threading.Barrier(8)

    def look() -> None:
        start.wait()
        with transaction.atomic():
            seen.append(entering.newly_entered(segment))
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, seen)) == [0] * 7 + [503]
