"""The key file of a service account, read as an enemy's.

Google's library believes a key file: it asks for tokens wherever ``token_uri`` points, and other
kinds of credentials fetch addresses or run programs.  So only service accounts are taken, every
address in the file must be Google's own, and what is kept is the five members that are needed.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.oauth2 import service_account

from sanderling.lib.errors import SanderlingError

TOKENS = "https://oauth2.googleapis.com/token"
LONGEST = 20_000  # bytes; a key file has some 2,400
KEPT = ("type", "project_id", "private_key_id", "private_key", "client_email")
PROJECT = re.compile(r"([a-z0-9.-]{1,100}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
EMAIL = re.compile(r"[a-z0-9._-]{1,100}@[a-z0-9.:-]{1,150}\.gserviceaccount\.com")
HOSTS = {"oauth2.googleapis.com", "www.googleapis.com", "accounts.google.com"}


class BadKeyFile(SanderlingError):
    """This is not the key file of a service account."""

    code = "bad_key_file"


@dataclass(frozen=True)
class Key:
    """A key; its secret part is never shown."""

    project: str
    email: str
    text: str = field(repr=False)

    @property
    def members(self) -> dict[str, str]:
        """Return what Google's library needs."""
        members: dict[str, str] = json.loads(self.text)
        return members


class Credentials(service_account.Credentials):
    """A service account that asks the token address and nobody else.

    The library would also look up the account's allowed regions at an address that cannot be set.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


def credentials_of(key: Key, *, tokens: str, scopes: Sequence[str]) -> Credentials:
    """Return credentials whose tokens come from an address that no key file chooses."""
    members = {**key.members, "token_uri": tokens}
    made: Credentials = Credentials.from_service_account_info(members, scopes=scopes)  # type: ignore[no-untyped-call]
    return made


def read(text: str) -> Key:
    """Return the key of a file; raise BadKeyFile with what is wrong, never with its content."""
    members = _members(text)
    _check_kind(members)
    _check_addresses(members)
    _check_private_key(members.get("private_key"))
    project, email = str(members.get("project_id", "")), str(members.get("client_email", ""))
    if not PROJECT.fullmatch(project):
        raise BadKeyFile("The key file names no project (project_id).")
    if not EMAIL.fullmatch(email):
        raise BadKeyFile("The key file names no service account (client_email).")
    needed = {name: members[name] for name in KEPT if name in members}
    return Key(project, email, json.dumps(needed))


def kept(text: str) -> Key:
    """Return a key that was read once and kept: it is not checked again, which takes 0.1 s."""
    members = json.loads(text)
    return Key(members["project_id"], members["client_email"], text)


def _members(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise BadKeyFile("This file is too long for a key file.")
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise BadKeyFile("A key file is JSON; download it anew in the Google Cloud console.")
    return members


def _check_kind(members: dict[str, Any]) -> None:
    if members.get("type") != "service_account":
        raise BadKeyFile(
            "Only keys of service accounts can be used (type: service_account). In the Google "
            "Cloud console: IAM & Admin → Service accounts → Keys → Add key → JSON."
        )
    if members.get("universe_domain", "googleapis.com") != "googleapis.com":
        raise BadKeyFile("Only keys of Google's own cloud (googleapis.com) can be used.")


def _check_addresses(members: dict[str, Any]) -> None:
    for name, value in members.items():
        if not isinstance(value, str):
            raise BadKeyFile("The key file has members that Google's have not.")
        if name != "private_key" and "://" in value and not _is_googles(value):
            raise BadKeyFile(f"The address in {name!r} is not Google's; this key cannot be used.")


def _is_googles(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and parts.netloc in HOSTS


def _check_private_key(pem: Any) -> None:
    try:
        key = serialization.load_pem_private_key(str(pem).encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadKeyFile("The private key in the file cannot be read; download the file anew.")
