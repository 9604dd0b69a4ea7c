"""What an organisation has already: from it a newcomer's next step follows."""

from sanderling.accounts.models import Organisation
from sanderling.postgres.statements import Statements, fetch_dicts

STATEMENTS = Statements(__package__)


def of(organisation: Organisation) -> dict[str, bool]:
    """Return by the name of each thing (``connector``, ``segment``…) whether there is one."""
    params = {"organisation_id": organisation.pk}
    return fetch_dicts(STATEMENTS["select_standing"], params)[0]
