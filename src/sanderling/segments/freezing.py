"""The people of lists and segments as a subquery, for whoever writes them down."""

from collections.abc import Sequence

from sanderling.accounts.models import Organisation
from sanderling.segments.compiling import Compiled, scope_of
from sanderling.segments.evaluating import condition_of_groups, evaluated_in


def people_sql(
    organisation_id: int, *, include: Sequence[int], exclude: Sequence[int] = ()
) -> Compiled:
    """Return ``SELECT c.id …`` with its parameters: in any of ``include``, in none of ``exclude``.

    The ids are of lists or segments.  Must be called and used inside one transaction: keys of
    external conditions wait in its temporary tables.  Nobody is included by no ids.

    Raises NotFound for an id of nothing here, SourceUnavailable, BadCondition.
    """
    scope = scope_of(Organisation.objects.get(pk=organisation_id))
    return evaluated_in(scope, condition_of_groups(scope, include=include, exclude=exclude))
