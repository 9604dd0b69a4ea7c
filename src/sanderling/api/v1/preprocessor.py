"""Files that were prepared elsewhere and are read in messages (api.md §5.10.3).

The link is judged at once and fetched by a worker, so ``valid`` speaks of the link; whether the
file is what it has to be is told by ``status``, as ``importstatus`` tells it of an upload.
"""

from typing import Any

from sanderling.api.answering import present
from sanderling.api.calling import Call
from sanderling.api.operations import operation
from sanderling.api.shapes import Shape
from sanderling.api.times import stamp
from sanderling.lib.errors import Invalid
from sanderling.sources import files
from sanderling.sources.models import PreparedFile, PreparedKind

KINDS = {"random": PreparedKind.RANDOM, "key": PreparedKind.KEY}
ACCEPTED = "The file is being fetched"


class Update(Shape):
    """Where a file lies, and how long its rows are kept."""

    link: str | None = None
    ttl_hours: int | None = None


class Upload(Update):
    """A file, and what it holds: ``Random`` or ``Key``."""

    preprocessor_type: str | None = None


@operation("POST", "/v1/preprocessor/file/upload", summary="Upload a prepared file by its link")
def upload_file(call: Call, body: Upload) -> dict[str, Any]:
    """Have the file fetched; messages read it by the name that the link gives it, or by its id."""
    kind = KINDS.get((body.preprocessor_type or "").lower())
    if kind is None:
        raise Invalid("preprocessorType must be one of Random, Key.")
    file = files.add(
        call.organisation_id, _link(body), kind=kind, hours=body.ttl_hours, by=call.actor
    )
    return {
        "message": ACCEPTED,
        "importId": str(file.session),
        "fileId": str(file.pk),
        "valid": True,
    }


@operation("POST", "/v1/preprocessor/file/{file_id}", summary="Replace a prepared file")
def update_file(call: Call, file_id: int, body: Update) -> dict[str, Any]:
    """Have the file fetched anew; its old rows are read until the new ones are there."""
    file = files.fetch_anew(
        call.organisation_id, file_id, _link(body), hours=body.ttl_hours, by=call.actor
    )
    return {"message": ACCEPTED, "asyncSessionId": str(file.session), "valid": True}


@operation("GET", "/v1/preprocessor/file/{file_id}/status", summary="How a prepared file stands")
def file_status(call: Call, file_id: int) -> dict[str, Any]:
    """Return the state of the last fetching, and what messages read at this moment."""
    return shown(files.get(call.organisation_id, file_id))


def shown(file: PreparedFile) -> dict[str, Any]:
    """Return a file as programs see it."""
    return present(
        fileId=str(file.pk),
        name=file.name,
        preprocessorType=PreparedKind(file.kind).name.title(),
        status=file.state,
        asyncSessionId=str(file.session),
        valid=file.is_usable,
        message=file.error or None,
        rows=file.rows,
        timestamp=stamp(file.loaded_at or file.created_at),
        expires=file.expires_at and stamp(file.expires_at),
    )


def _link(body: Update) -> str:
    if not body.link:
        raise Invalid("link must be specified.")
    return body.link
