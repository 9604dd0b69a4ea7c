"""An app of another organisation, as its own server knows it."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from sanderling.oauth.models import Application

CALLBACK = "http://my_host:8081/test/callback"


@dataclass
class Partner:
    """Plover's app, and what its server knows."""

    app: Application
    secret: str
    callback: str = CALLBACK

    def asks(self, **more: str) -> str:
        """Return the address that the app sends a person to."""
        wish = {
            "response_type": "code",
            "client_id": self.app.client_id,
            "redirect_uri": self.callback,
        }
        return "/uaa/oauth/authorize?" + urlencode(wish | more)

    def code_from(self, browser: Client, organisation_id: int, **more: str) -> str:
        """Return the code that comes of a person's consent."""
        answer = browser.post(
            self.asks(**more), {"organisation": organisation_id, "decision": "allow"}
        )
        assert answer.status_code == 302, answer.content
        assert answer["Location"].startswith(self.callback + "?")
        return parse_qs(urlsplit(answer["Location"]).query)["code"][0]

    def tokens_for(self, code: str, **more: str) -> dict:
        """Return the answer to an exchange of a code, its parameters in the form."""
        answer = Client().post("/uaa/oauth/token", self.exchange(code) | more)
        return answer.json()

    def exchange(self, code: str) -> dict[str, str]:
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "client_id": self.app.client_id,
            "client_secret": self.secret,
        }

    def refresh(self, token: str) -> dict[str, str]:
        return {
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": self.app.client_id,
            "client_secret": self.secret,
            "redirect_uri": self.callback,
            "code": "the code of before",
        }
