"""Service accounts and their tokens: the JWT-bearer flow, with the signature really checked."""

import base64
import json
import secrets
import time
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

# Google's library signs this audience whatever the token endpoint is.
AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Accounts:
    """One service account of one project."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.email = f"exporter@{project}.iam.gserviceaccount.com"
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._tokens: dict[str, float] = {}

    def key_file(self, **changes: Any) -> str:
        """Return a key file as the console gives it."""
        return json.dumps({
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": "0123456789abcdef",
            "private_key": self._pem(),
            "client_email": self.email,
            "client_id": "100000000000000000001",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": AUDIENCE,
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/exporter",
            "universe_domain": "googleapis.com",
            **changes,
        })  # fmt: skip

    def granted(self, form: dict[str, str]) -> dict[str, Any]:
        """Return a token for a signed assertion; raise ValueError with what is wrong with it."""
        if form.get("grant_type") != GRANT:
            raise ValueError("unsupported grant")
        self._check(form.get("assertion", ""))
        token = secrets.token_urlsafe(24)
        self._tokens[token] = time.time() + 3600
        return {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}

    def knows(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return scheme == "Bearer" and self._tokens.get(token, 0) > time.time()

    def forget(self) -> None:
        """Make all tokens void."""
        self._tokens.clear()

    def _check(self, assertion: str) -> None:
        head, body, signature = assertion.split(".")
        try:
            self._key.public_key().verify(
                _decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            raise ValueError("Invalid JWT Signature.") from None
        claims = json.loads(_decoded(body))
        if json.loads(_decoded(head))["alg"] != "RS256" or claims["aud"] != AUDIENCE:
            raise ValueError("Invalid JWT: audience or algorithm.")
        if claims["iss"] != self.email or claims["exp"] < time.time():
            raise ValueError("Invalid JWT: issuer or expiry.")

    def _pem(self) -> str:
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
