"""Who may do what: the one table of rights of people."""

from enum import StrEnum
from typing import Protocol

from sanderling.accounts.models import Role
from sanderling.lib.errors import Forbidden


class Permission(StrEnum):
    """What a person, a program or an app may be allowed."""

    READ_CONTACTS = "READ_CONTACTS"
    EDIT_CONTACTS = "EDIT_CONTACTS"
    EDIT_SEGMENTS = "EDIT_SEGMENTS"
    EDIT_MESSAGES = "EDIT_MESSAGES"
    SEND = "SEND"
    EDIT_WORKFLOWS = "EDIT_WORKFLOWS"
    EDIT_CONNECTORS = "EDIT_CONNECTORS"
    EDIT_EXPORTS = "EDIT_EXPORTS"
    EDIT_ALERTS = "EDIT_ALERTS"
    READ_REPORTS = "READ_REPORTS"
    ADMINISTER = "ADMINISTER"


EVERYTHING = frozenset(Permission)
PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OWNER: EVERYTHING,
    Role.MARKETER: EVERYTHING
    - {Permission.ADMINISTER, Permission.EDIT_CONNECTORS, Permission.EDIT_EXPORTS},
    Role.ANALYST: frozenset(
        {
            Permission.READ_CONTACTS,
            Permission.EDIT_SEGMENTS,
            Permission.EDIT_EXPORTS,
            Permission.EDIT_ALERTS,
            Permission.READ_REPORTS,
        }
    ),
    Role.VIEWER: frozenset({Permission.READ_CONTACTS, Permission.READ_REPORTS}),
}


class Permitted(Protocol):
    """Anybody with permissions."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return what this one may do."""


def permissions_of(role: str) -> frozenset[Permission]:
    """Return what a role may do; an unknown role may nothing."""
    return PERMISSIONS.get(role, frozenset())


def require(actor: Permitted, permission: Permission) -> None:
    """Raise Forbidden unless the actor has the permission."""
    if permission not in actor.permissions:
        raise Forbidden(
            "Your role does not allow this. An owner of the organisation can change it."
        )
