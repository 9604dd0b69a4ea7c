"""Files on their way: in one request (multipart), or in a session of several (resumable)."""

import email
import email.policy
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bigquery_server.messages import Answer, Request
from bigquery_server.refusals import invalid, not_found

if TYPE_CHECKING:
    from bigquery_server.routes import Routes


@dataclass
class Session:
    """An upload that goes on; ``config`` is the job it will be."""

    config: dict[str, Any]
    received: bytearray = field(default_factory=bytearray)
    answer: dict[str, Any] | None = None


def begun(routes: "Routes", request: Request) -> Answer:
    """Begin an upload."""
    if request.query.get("uploadType") == "multipart":
        config, body = _parts(request)
        return Answer(routes.jobs.insert(config, body).shown())
    session = uuid.uuid4().hex
    routes.sessions[session] = Session(request.json)
    where = f"{routes.server.url}{request.path}?uploadType=resumable&upload_id={session}"
    return Answer({}, headers={"Location": where, "X-GUploader-UploadID": session})


def gone_on(routes: "Routes", request: Request) -> Answer:
    """Take the next piece; the last one makes the job, and a used job id is told only here."""
    session = routes.sessions.get(request.query.get("upload_id", ""))
    if session is None:
        raise not_found("Upload", request.line)
    place = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", request.headers["content-range"])
    if place is None:
        raise invalid("Content-Range")
    first, total = place.groups()
    if first is not None:
        if int(first) > len(session.received):
            return Answer({}, 308, _so_far(session))
        session.received[int(first) :] = request.body
    if total == "*" or len(session.received) < int(total):
        return Answer({}, 308, _so_far(session))
    if session.answer is None:
        session.answer = routes.jobs.insert(session.config, bytes(session.received)).shown()
    return Answer(session.answer)


def _so_far(session: Session) -> dict[str, str]:
    return {"Range": f"bytes=0-{len(session.received) - 1}"} if session.received else {}


def _parts(request: Request) -> tuple[dict[str, Any], bytes]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    boundary = ("--" + message.get_boundary()).encode()
    # Cut by hand: a mail parser would mend the line ends of a binary part.
    _, first, second, _ = request.body.split(boundary)
    config = first.split(b"\r\n\r\n", 1)[1]
    return json.loads(config), second.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")
