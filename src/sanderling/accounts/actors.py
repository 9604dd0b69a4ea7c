"""Who acts: a person, a program with a key, an app with a token, or the system itself."""

from dataclasses import dataclass

from sanderling.accounts.models import Membership
from sanderling.accounts.rights import EVERYTHING, Permission, permissions_of


@dataclass(frozen=True)
class Actor:
    """The one on whose behalf a verb runs, bound to one organisation.

    ``key_rights`` are those of an API key or app (``accounts.models.KeyRights``).
    """

    organisation_id: int
    name: str
    permissions: frozenset[Permission] = frozenset()
    user_id: int | None = None
    key_rights: frozenset[str] = frozenset()

    @classmethod
    def system(cls, organisation_id: int) -> "Actor":
        """Return the product itself, at work for an organisation."""
        return cls(organisation_id, "Sanderling", EVERYTHING)

    @classmethod
    def member(cls, membership: Membership) -> "Actor":
        """Return a person at work in an organisation."""
        return cls(
            membership.organisation_id,
            membership.user.email,
            permissions_of(membership.role),
            user_id=membership.user_id,
        )
