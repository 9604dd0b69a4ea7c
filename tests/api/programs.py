"""A program of the tests: it speaks JSON to the API with a key, as clients do."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from sanderling.accounts import keys
from sanderling.accounts.actors import Actor


@dataclass
class Program:
    """A client with credentials in its header."""

    authorization: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Call a path below ``/api``; a body is sent as JSON, bytes as they are."""
        if self.authorization:
            headers.setdefault("Authorization", self.authorization)
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
        kind = headers.pop("content_type", "application/json; charset=UTF-8")
        url = f"http://testserver{path}" if path.startswith(("//", "/api/")) else f"/api{path}"
        return Client(raise_request_exception=True).generic(
            method, url, raw, content_type=kind, headers=headers
        )

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("PUT", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("DELETE", path, body, **headers)


def program_of(actor: Actor, rights: str = "full") -> Program:
    """Return a program with a new key of the actor's organisation."""
    _, secret = keys.create(actor.organisation_id, rights=rights, description="test", by=actor)
    return Program(basic("any", secret))


def basic(name: str, password: str) -> str:
    """Return the header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
