"""Why BigQuery did not serve us, in words that name what to grant or to switch on.

Google's own sentences are not shown: they name things of other accounts.
"""

import re
from typing import Any

import requests
from google.api_core import exceptions as api
from google.auth.exceptions import RefreshError

from sanderling.connectors.drivers.bigquery.settings import BigQuerySettings
from sanderling.connectors.drivers.outages import Cause, SourceUnavailable

FIELD = re.compile(r"[Ff]ield:? ([A-Za-z_][A-Za-z0-9_]*)")


class Refusal(SourceUnavailable):
    """BigQuery would not do it."""

    code = "destination_refused"


def of(error: BaseException, settings: BigQuerySettings) -> Refusal:
    """Return why a request or a job failed."""
    if isinstance(error, RefreshError) and not error.retryable:
        return Refusal(
            Cause.PASSWORD,
            f"Google does not accept the key of {settings.key.email}: it was deleted or disabled, "
            "or the clock of this server is wrong. Make a new key and upload it.",
        )
    if isinstance(error, api.RetryError) and error.cause is not None:
        return of(error.cause, settings)
    if isinstance(error, api.GoogleAPICallError):
        return _answered(_reason(error), str(error.message), settings)
    if isinstance(error, (requests.Timeout, TimeoutError)):
        return Refusal(Cause.TIMEOUT, "BigQuery did not answer in time; the next run tries again.")
    return Refusal(Cause.LOST, "BigQuery cannot be reached from this server; check its network.")


def of_job(problem: dict[str, Any], settings: BigQuerySettings) -> Refusal:
    """Return why a job failed, from the errorResult that it holds."""
    return _answered(problem.get("reason", ""), str(problem.get("message", "")), settings)


def _reason(error: api.GoogleAPICallError) -> str:
    reasons = [one.get("reason", "") for one in error.errors or [] if isinstance(one, dict)]
    return next(iter(reasons), "") or str(error.code)


def _answered(reason: str, words: str, settings: BigQuerySettings) -> Refusal:
    match reason:
        case "accessDenied" | "403" | "forbidden":
            return _denied(words, settings)
        case "accessNotConfigured" | "SERVICE_DISABLED":
            return Refusal(
                Cause.PERMISSION,
                f"The BigQuery API is not switched on in the project {settings.project}: Google "
                "Cloud console → APIs & Services → Library → BigQuery API → Enable.",
            )
        case "billingNotEnabled":
            return Refusal(
                Cause.PERMISSION,
                f"The project {settings.project} has no billing account (a sandbox), and BigQuery "
                "lets only paid projects change rows. Link a billing account to the project.",
            )
        case "notFound" | "404":
            return Refusal(
                Cause.TABLE,
                "The project, dataset or table is not there (any more), or lies in another "
                "location than its dataset.",
            )
        case "quotaExceeded" | "rateLimitExceeded" | "jobRateLimitExceeded":
            return Refusal(
                Cause.BUSY, "A limit of your BigQuery project is reached; the next run tries again."
            )
        case "bytesBilledLimitExceeded":
            return Refusal(
                Cause.QUERY,
                "The query would read more bytes than we let one query cost; nothing was read.",
            )
    return _other(reason, words)


def _denied(words: str, settings: BigQuerySettings) -> Refusal:
    if "bigquery.jobs.create" in words:
        return Refusal(
            Cause.PERMISSION,
            f"The service account {settings.key.email} may not run jobs. Grant it the role "
            f"BigQuery Job User (roles/bigquery.jobUser) on the project {settings.project}.",
        )
    return Refusal(
        Cause.PERMISSION,
        f"The service account {settings.key.email} may not write here. Grant it the role "
        "BigQuery Data Editor (roles/bigquery.dataEditor) on the dataset, and BigQuery Job User "
        f"(roles/bigquery.jobUser) on the project {settings.project}.",
    )


def _other(reason: str, words: str) -> Refusal:
    if "does not match Table" in words or "Cannot add fields" in words:
        named = FIELD.search(words)
        column = f'the column "{named[1]}"' if named else "a column"
        return Refusal(
            Cause.QUERY,
            f"The table does not fit our rows: {column} differs. Rename the table (it is made "
            "anew), or give the column the type that the documentation says.",
        )
    if "Unrecognized name" in words or ("Name " in words and " not found" in words):
        return Refusal(Cause.QUERY, "A column of the table was renamed or dropped meanwhile.")
    return Refusal(
        Cause.BUSY if reason in {"backendError", "internalError", "503", "500"} else Cause.QUERY,
        f"BigQuery did not take the rows (reason: {reason or 'none given'}); "
        "the next run tries again.",
    )
