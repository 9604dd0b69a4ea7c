"""One request to Google Sheets, tried again while it is busy, its refusals in the user's words.

Google allows a service account 60 reads a minute: a large spreadsheet meets that, and waits.
"""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests
from google.auth import exceptions as refusals
from google.auth.transport.requests import AuthorizedSession

from sanderling.connectors.drivers.google_sheets.settings import SpreadsheetSettings
from sanderling.connectors.drivers.keyfiles import credentials_of
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable

SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two pieces of an answer
PAUSES = (1.0, 4.0, 15.0, 40.0)  # a quota is of a minute
PASSING = frozenset({429, 500, 502, 503, 504})
LARGEST = 50_000_000  # bytes of one answer; what we ask for is some 2 MB


class Spreadsheet:
    """An open spreadsheet; close it, or use it as a context."""

    def __init__(self, settings: SpreadsheetSettings) -> None:
        self._settings = settings
        credentials = credentials_of(settings.key, tokens=settings.service.tokens, scopes=[SCOPE])
        self._session: Any = AuthorizedSession(credentials, refresh_timeout=TIMEOUT[1])  # type: ignore[no-untyped-call]

    def __enter__(self) -> "Spreadsheet":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, path: str = "", **query: Any) -> dict[str, Any]:
        """Return the answer to one request below this spreadsheet.

        Raises SourceUnavailable with the cause.
        """
        for pause in (*PAUSES, None):
            answer = self._tried(path, query, is_last=pause is None)
            if answer is not None and answer.status_code not in PASSING:
                return self._understood(answer)
            if pause is None:
                break
            time.sleep(_patience(answer, pause))
        raise SourceUnavailable(Cause.BUSY, "Google Sheets is busy; it is tried again later.")

    def _tried(
        self, path: str, query: Mapping[str, Any], *, is_last: bool
    ) -> requests.Response | None:
        """Return an answer, or None when the line broke and may be tried again."""
        number = quote(self._settings.spreadsheet, safe="")
        url = f"{self._settings.service.endpoint}/v4/spreadsheets/{number}{path}"
        try:
            found: requests.Response = self._session.get(
                url, params=query, timeout=TIMEOUT, allow_redirects=False
            )
        except refusals.RefreshError as error:
            raise _refused_key(error) from None
        except (refusals.TransportError, requests.RequestException) as error:
            if is_last:
                raise SourceUnavailable(Cause.LOST, "Google Sheets does not answer.") from error
            return None
        return found

    def _understood(self, answer: requests.Response) -> dict[str, Any]:
        if answer.status_code == 200 and len(answer.content) <= LARGEST:
            found: dict[str, Any] = answer.json()
            return found
        raise _refusal(answer, self._settings.key.email)


def _patience(answer: requests.Response | None, pause: float) -> float:
    """Return how long to wait: what Google asks for, within reason, or our own pause."""
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    return min(float(asked), 60.0) if asked.isascii() and asked.isdigit() else pause


def _refused_key(error: refusals.RefreshError) -> SourceUnavailable:
    if error.retryable:
        return SourceUnavailable(Cause.LOST, "Google does not give a token at the moment.")
    return SourceUnavailable(
        Cause.PASSWORD, "Google refuses the key: it was deleted, or the account is disabled."
    )


def _refusal(answer: requests.Response, email: str) -> SourceUnavailable:
    """Return what to do about a refusal; nothing of Google's own text is passed on."""
    match answer.status_code:
        case 403 if (
            b"SERVICE_DISABLED" in answer.content or b"accessNotConfigured" in answer.content
        ):
            return SourceUnavailable(
                Cause.PERMISSION,
                "Switch the Google Sheets API on in the project of the service account.",
            )
        case 401 | 403:
            return SourceUnavailable(
                Cause.PERMISSION, f"Share the spreadsheet with {email} (as a viewer)."
            )
        case 404:
            return SourceUnavailable(
                Cause.DATABASE, "There is no such spreadsheet: look at its link."
            )
        case 400:
            return SourceUnavailable(Cause.TABLE, "There is no such sheet in the spreadsheet.")
    return SourceUnavailable(Cause.QUERY, f"Google Sheets answers {answer.status_code}.")
