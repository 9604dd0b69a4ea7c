"""Give a code to one contact: each code once, and a retry gets the code that it got before."""

from django.db import IntegrityError, transaction

from sanderling.lib.errors import SanderlingError
from sanderling.postgres.statements import Statements
from sanderling.promocodes.models import Promocode

STATEMENTS = Statements(__package__)


class PoolEmpty(SanderlingError):
    """There is no free promo code of this type left. Load new ones."""

    status = 409
    code = "promocodes_empty"


def take(organisation_id: int, type_: str, *, contact_id: int, given_for: str) -> Promocode:
    """Return a code of the pool ``type_`` for a contact.

    ``given_for`` names the purpose ("run 7 block 3", at most 100 characters): the same purpose
    gets the same code again, so that a step that is repeated after a crash gives no second one.
    """
    given = _given(organisation_id, given_for)
    if given is not None:
        return given
    try:
        with transaction.atomic():
            return _take(organisation_id, type_, contact_id=contact_id, given_for=given_for)
    except IntegrityError:
        # The other worker on the same step was first; its code is the one.
        return Promocode.objects.get(organisation_id=organisation_id, given_for=given_for)


def _given(organisation_id: int, given_for: str) -> Promocode | None:
    if not given_for:
        return None
    return Promocode.objects.filter(organisation_id=organisation_id, given_for=given_for).first()


def _take(organisation_id: int, type_: str, *, contact_id: int, given_for: str) -> Promocode:
    rows = STATEMENTS.rows(
        "give_code",
        {
            "organisation_id": organisation_id,
            "type": type_,
            "contact_id": contact_id,
            "given_for": given_for,
        },
    )
    if not rows:
        raise PoolEmpty
    return Promocode.objects.get(organisation_id=organisation_id, pk=rows[0][0])
