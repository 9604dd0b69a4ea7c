"""The credentials of a gateway: a JSON object, sealed as a whole, never shown again."""

import json
from collections.abc import Mapping

from sanderling.sending import gateways
from sanderling.sending.models import Gateway

KIND = "credentials"


def of(gateway: Gateway) -> dict[str, str]:
    """Return the credentials."""
    if not gateway.secret:
        return {}
    found: dict[str, str] = json.loads(gateways.opened(gateway.secret, gateway, KIND))
    return found


def sealed(secrets: Mapping[str, str], gateway: Gateway) -> bytes | None:
    """Return the credentials as they are stored."""
    if not secrets:
        return None
    return gateways.sealed(json.dumps(dict(secrets)), gateway, KIND)
