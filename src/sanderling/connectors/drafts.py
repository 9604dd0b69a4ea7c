"""What a person fills into the connector's form, and everything that can be wrong with it."""

from dataclasses import dataclass, field

from cryptography import x509

from sanderling.connectors.models import Connector, ContactKeyKind, TlsMode
from sanderling.connectors.opening import allowed_hosts
from sanderling.contacts.models import Field
from sanderling.lib.errors import Invalid, SanderlingError
from sanderling.lib.hosts import HostNotFound, canonical, checked_address

Problems = dict[str, list[str]]
# The stored password is not sent anywhere new: who may edit the form must not be able to read it
# by pointing the connector at a server of his own.
WHERE_THE_PASSWORD_GOES = ("host", "port", "username", "tls", "ca")


@dataclass(frozen=True)
class Draft:
    """A connector as filled in; an empty password leaves the stored one."""

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


def check(draft: Draft, organisation_id: int, *, stored: Connector | None) -> None:
    """Raise Invalid with everything that keeps the draft from being saved."""
    problems = _connection_problems(draft, stored)
    if not draft.name.strip():
        problems.setdefault("name", []).append("Give the connector a name.")
    elif _is_taken(draft, organisation_id, stored):
        problems.setdefault("name", []).append("There is already a connector of this name.")
    if not draft.key_column.strip():
        problems.setdefault("key_column", []).append(
            "Name the table column that holds the contact's key."
        )
    problems |= _contact_key_problems(draft, organisation_id)
    if problems:
        raise Invalid(problems=problems)


def check_connection(draft: Draft, *, stored: Connector | None) -> None:
    """Raise Invalid with everything that keeps the draft from being tried."""
    if problems := _connection_problems(draft, stored):
        raise Invalid(problems=problems)


def _connection_problems(draft: Draft, stored: Connector | None) -> Problems:
    problems = _host_problems(draft)
    if not 1 <= draft.port <= 65_535:
        problems["port"] = ["A port lies between 1 and 65535."]
    if not draft.username.strip():
        problems["username"] = ["Give the username."]
    if draft.tls not in TlsMode.values:
        problems["tls"] = [f"Choose one of: {', '.join(TlsMode.values)}."]
    if draft.ca.strip() and not _is_certificate(draft.ca):
        problems["ca"] = ["This is no certificate in PEM form."]
    return problems | _password_problems(draft, stored)


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


def _contact_key_problems(draft: Draft, organisation_id: int) -> Problems:
    if draft.contact_key not in ContactKeyKind.values:
        return {"contact_key": [f"Choose one of: {', '.join(ContactKeyKind.values)}."]}
    if draft.contact_key != ContactKeyKind.FIELD:
        return {}
    wanted = draft.field_id or 0
    known = Field.objects.filter(organisation_id=organisation_id, pk=wanted)
    return {} if known.exists() else {"field_id": ["Choose the additional field."]}


def _is_taken(draft: Draft, organisation_id: int, stored: Connector | None) -> bool:
    others = Connector.objects.filter(organisation_id=organisation_id, name=draft.name.strip())
    if stored is not None:
        others = others.exclude(pk=stored.pk)
    return others.exists()


def _is_certificate(pem: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError:
        return False
