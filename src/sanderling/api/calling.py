"""A call: who asks, for which organisation, and the request that carries it."""

from dataclasses import dataclass

from django.http import HttpRequest

from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Organisation


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that has shown its key or token.

    ``identity`` names it for limits and the log ("key 7", "app 3"); ``person_id`` is the user
    behind it; ``events_only`` holds for the tokens of ``POST /v1/auth/token``.
    """

    actor: Actor
    organisation: Organisation
    identity: str
    person_id: int | None
    key_id: int | None = None
    events_only: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one method.  ``caller`` is None only where no credentials are asked for."""

    request: HttpRequest
    caller: Caller | None

    @property
    def actor(self) -> Actor:
        """Return who acts."""
        return self.known.actor

    @property
    def organisation(self) -> Organisation:
        """Return the organisation that the caller is bound to."""
        return self.known.organisation

    @property
    def organisation_id(self) -> int:
        """Return the id of that organisation."""
        return self.known.organisation.pk

    @property
    def known(self) -> Caller:
        """Return the caller; the door has let in nobody else."""
        assert self.caller is not None, "this method asks for no credentials"
        return self.caller
