"""The key file of a Google service account, and the access tokens that it earns (RFC 7523).

The file names an address to fetch tokens from; it is not believed: whoever could plant one would
be sent a signed assertion.  Tokens are fetched from Google, or from the operator's own proxy.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from google.auth import crypt, jwt

from sanderling.lib.errors import Invalid

TOKEN_ADDRESS = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE = 3600


class BadKeyFile(Invalid):
    """This is not the key file of a service account."""


@dataclass(frozen=True)
class Account:
    """A service account of one Firebase project."""

    project: str
    email: str
    signer: Any = field(repr=False, compare=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a key file; raises BadKeyFile in words."""
        try:
            given = json.loads(text)
            signer = crypt.RSASigner.from_service_account_info(given)  # type: ignore[no-untyped-call]
            project, email = given["project_id"], given["client_email"]
        except (ValueError, KeyError, TypeError, RecursionError) as trouble:
            raise BadKeyFile("This is not the key file (JSON) of a service account.") from trouble
        if not isinstance(project, str) or not isinstance(email, str):
            raise BadKeyFile("The key file names no project.")
        return cls(project, email, signer)

    def assertion(self, audience: str = TOKEN_ADDRESS) -> bytes:
        """Return the form by which an access token is asked for."""
        now = int(time.time())
        claims = {
            "iss": self.email,
            "scope": SCOPE,
            "aud": audience,
            "iat": now,
            "exp": now + LIFE,
        }
        signed = jwt.encode(self.signer, claims)  # type: ignore[no-untyped-call]
        return urlencode({"grant_type": GRANT, "assertion": signed.decode()}).encode()
