from functools import partial

import pytest
from together import at_once

from sanderling.lib.errors import Invalid
from sanderling.promocodes.giving import PoolEmpty, take
from sanderling.promocodes.loading import load, matching
from sanderling.promocodes.models import Promocode


def test_a_code_goes_to_one_contact_and_a_retry_gets_the_same(cast):
    load(cast.organisation.pk, ["A1", "A2"], type_="spring", discount=10, by=cast.owner)
    first = take(cast.organisation.pk, "spring", contact_id=cast.dina.pk, given_for="run 1")
    again = take(cast.organisation.pk, "spring", contact_id=cast.dina.pk, given_for="run 1")
    other = take(cast.organisation.pk, "spring", contact_id=cast.ivan.pk, given_for="run 2")
    assert (first.code, again.code, other.code) == ("A1", "A1", "A2")
    with pytest.raises(PoolEmpty):
        take(cast.organisation.pk, "spring", contact_id=cast.ghost.pk, given_for="run 3")


def test_a_stranger_gets_nothing_from_our_pool(cast):
    load(cast.organisation.pk, ["A1"], by=cast.owner)
    with pytest.raises(PoolEmpty):
        take(cast.elsewhere.pk, "", contact_id=1, given_for="x")
    assert not Promocode.objects.get().is_used


def test_loading_again_changes_the_terms_but_not_the_owner(cast):
    load(cast.organisation.pk, ["A1", "A1", "B1"], discount=10, by=cast.owner)
    take(cast.organisation.pk, "", contact_id=cast.dina.pk, given_for="run 1")
    load(cast.organisation.pk, ["A1"], discount=20, by=cast.owner)
    code = Promocode.objects.get(code="A1")
    assert (code.discount, code.is_used, code.contact_id) == (20, True, cast.dina.pk)
    assert [c.code for c in matching(cast.organisation.pk, is_used=False)] == ["B1"]


def test_codes_without_text_are_refused(cast):
    with pytest.raises(Invalid, match="1 to 200 characters"):
        load(cast.organisation.pk, ["A", " "], by=cast.owner)
    assert Promocode.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_eight_takers_at_once_get_eight_different_codes():
    from cast import assemble

    cast = assemble()
    load(cast.organisation.pk, [f"C{n}" for n in range(8)], by=cast.owner)

    def taker(number: int) -> str:
        return take(cast.organisation.pk, "", contact_id=number, given_for=f"run {number}").code

    taken = at_once(*(partial(taker, number) for number in range(1, 9)))
    assert sorted(taken) == [f"C{n}" for n in range(8)]
