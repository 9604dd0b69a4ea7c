"""How the API says no: a code, a reason that decides whether clients try again, a message."""

from typing import Any


class Refused(Exception):
    """An error answer."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        self.code, self.reason, self.message = code, reason, message
        super().__init__(message)

    @property
    def proto(self) -> dict[str, Any]:
        """Return the error as jobs hold it."""
        return {"reason": self.reason, "message": self.message, "location": ""}

    @property
    def body(self) -> dict[str, Any]:
        """Return the error as an answer."""
        error = {"reason": self.reason, "message": self.message, "domain": "global"}
        return {"error": {"code": self.code, "message": self.message, "errors": [error]}}


CODES = {
    "notFound": 404,
    "duplicate": 409,
    "accessDenied": 403,
    "billingNotEnabled": 403,
    "bytesBilledLimitExceeded": 400,
    "invalidQuery": 400,
    "invalid": 400,
}


def not_found(what: str, name: str) -> Refused:
    return Refused(404, "notFound", f"Not found: {what} {name}")


def duplicate(what: str, name: str) -> Refused:
    return Refused(409, "duplicate", f"Already Exists: {what} {name}")


def invalid(message: str, reason: str = "invalid") -> Refused:
    return Refused(CODES[reason], reason, message)
