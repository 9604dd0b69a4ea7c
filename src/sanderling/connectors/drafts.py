"""What a person fills into a connector's form, and everything that can be wrong with it.

A file per kind: this one has what all have, and PostgreSQL.  A draft knows its problems, fills a
connector, and says what of it is secret.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from cryptography import x509

from sanderling.connectors.models import Connector, ConnectorKind, ContactKeyKind, TlsMode
from sanderling.connectors.opening import allowed_hosts
from sanderling.contacts.models import Field
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.lib.hosts import HostNotFound, canonical, checked_address

Problems = dict[str, list[str]]
# The stored password is not sent anywhere new: who may edit the form must not be able to read it
# by pointing the connector at a server of his own.
WHERE_THE_PASSWORD_GOES = ("host", "port", "username", "tls", "ca")


class AnyDraft(Protocol):
    """A connector of some kind as filled in; an empty secret leaves the stored one."""

    kind: ClassVar[ConnectorKind]

    @property
    def name(self) -> str:
        """Return the name as typed."""

    @property
    def key_column(self) -> str:
        """Return the column that pairs contacts with rows."""

    @property
    def contact_key(self) -> str:
        """Return the contact's field that it holds."""

    @property
    def field_id(self) -> int | None:
        """Return the additional field, where it is one."""

    def problems(self, stored: Connector | None) -> Problems:
        """Return what keeps it from being opened, by field."""

    def fill(self, connector: Connector) -> None:
        """Write what is particular to the kind."""

    def secret(self) -> tuple[str, str]:
        """Return what is sealed, empty to keep the stored one, and what it is called."""


@dataclass(frozen=True)
class Draft:
    """A PostgreSQL as filled in; an empty password leaves the stored one."""

    kind: ClassVar[ConnectorKind] = ConnectorKind.POSTGRES
    name: str
    host: str
    username: str
    password: str = field(default="", repr=False)
    port: int = 5432
    database: str = ""
    tls: str = "prefer"
    ca: str = field(default="", repr=False)
    key_column: str = ""
    contact_key: str = ContactKeyKind.EMAIL
    field_id: int | None = None

    def problems(self, stored: Connector | None) -> Problems:
        """Return what keeps the server from being asked."""
        problems = _host_problems(self)
        if not 1 <= self.port <= 65_535:
            problems["port"] = ["A port lies between 1 and 65535."]
        if not self.username.strip():
            problems["username"] = ["Give the username."]
        if self.tls not in TlsMode.values:
            problems["tls"] = [f"Choose one of: {', '.join(TlsMode.values)}."]
        if self.ca.strip() and not _is_certificate(self.ca):
            problems["ca"] = ["This is no certificate in PEM form."]
        return problems | _password_problems(self, stored)

    def fill(self, connector: Connector) -> None:
        """Write where the server is and how it is opened."""
        connector.host = self.host.strip()
        connector.port = self.port
        connector.database = self.database.strip()
        connector.username = self.username.strip()
        connector.tls = self.tls
        connector.ca = self.ca.strip()

    def secret(self) -> tuple[str, str]:
        """Return the password."""
        return self.password, "password"


def check(draft: AnyDraft, organisation_id: int, *, stored: Connector | None) -> None:
    """Raise Invalid with everything that keeps the draft from being saved."""
    if stored is not None and stored.kind != draft.kind:
        raise Invalid(problems={"kind": ["A connector stays what it is; make another one."]})
    problems = draft.problems(stored)
    problems |= name_problems(draft.name, organisation_id, stored)
    # BigQuery is written, too: without a key column it is a place for exports only.
    if not draft.key_column.strip() and draft.kind != ConnectorKind.BIGQUERY:
        problems["key_column"] = ["Name the table column that holds the contact's key."]
    problems |= contact_key_problems(draft.contact_key, draft.field_id, organisation_id)
    if problems:
        raise Invalid(problems=problems)


def check_connection(draft: AnyDraft, *, stored: Connector | None) -> None:
    """Raise Invalid with everything that keeps the draft from being tried."""
    if problems := draft.problems(stored):
        raise Invalid(problems=problems)


def name_problems(name: str, organisation_id: int, stored: Connector | None) -> Problems:
    """Return what is wrong with the name of a connector of any kind."""
    if not name.strip():
        return {"name": ["Give the connector a name."]}
    others = Connector.objects.filter(organisation_id=organisation_id, name=name.strip())
    if stored is not None:
        others = others.exclude(pk=stored.pk)
    return {"name": ["There is already a connector of this name."]} if others.exists() else {}


def contact_key_problems(contact_key: str, field_id: int | None, organisation_id: int) -> Problems:
    """Return what is wrong with the field that pairs contacts with rows."""
    if contact_key not in ContactKeyKind.values:
        return {"contact_key": [f"Choose one of: {', '.join(ContactKeyKind.values)}."]}
    if contact_key != ContactKeyKind.FIELD:
        return {}
    known = Field.objects.filter(organisation_id=organisation_id, pk=field_id or 0)
    return {} if known.exists() else {"field_id": ["Choose the additional field."]}


def _host_problems(draft: Draft) -> Problems:
    """A name that does not resolve today may be saved; a private address may not."""
    if not draft.host.strip():
        return {"host": ["Give the domain name or the IP address of the server."]}
    try:
        canonical(draft.host)
        if 1 <= draft.port <= 65_535:
            checked_address(draft.host, draft.port, allowed=allowed_hosts())
    except HostNotFound:
        return {}
    except SanderlingError as error:
        return {"host": [error.message]}
    return {}


def _password_problems(draft: Draft, stored: Connector | None) -> Problems:
    if draft.password:
        return {}
    if stored is None or stored.secret is None:
        return {"password": ["Give the password."]}
    if any(_changed(draft, stored, name) for name in WHERE_THE_PASSWORD_GOES):
        return {"password": ["Enter the password again: the server, user or TLS changed."]}
    return {}


def _changed(draft: Draft, stored: Connector, name: str) -> bool:
    return str(getattr(draft, name)).strip() != str(getattr(stored, name)).strip()


def _is_certificate(pem: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError:
        return False
