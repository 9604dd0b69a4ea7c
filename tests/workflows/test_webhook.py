"""Webhooks go to the judged address over TLS, once a run, and their answers can be read."""

import http.server
import json
import socket
import ssl

import loopback
import pytest
import shopdb
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from workflow_world import chain, only_run, tell, turn, workflow

from sanderling.lib.hosts import Allowed, HostRefused
from sanderling.workflows import calling
from sanderling.workflows.models import Run
from sanderling.workflows.parsing import BadBlocks, parse


class Service(http.server.BaseHTTPRequestHandler):
    """Remembers what it was asked, answers as the path says (``/200``) with the same JSON."""

    asked: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, self.path, body, dict(self.headers)))
        answer = json.dumps({"code": "WELCOME", "path": self.path}).encode()
        self.send_response(int(self.path.split("/")[1].split("?")[0]))
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Location", "https://example.com/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_args):
        pass


@pytest.fixture
def service(tmp_path, monkeypatch):
    """Return the address of an https server whose authority we trust."""
    authority_key, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    authority = shopdb.certificate("Authority", authority_key)
    leaf = shopdb.certificate("hook.example", key, issuer=(authority, authority_key))
    pem = serialization.Encoding.PEM
    (tmp_path / "ca.pem").write_bytes(authority.public_bytes(pem))
    (tmp_path / "leaf.pem").write_bytes(
        leaf.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "leaf.pem")
    # The handshake is the connection's own thread's: a silent client must not stop the others.
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    Service.asked.clear()
    with loopback.serving(server):
        yield f"https://127.0.0.1:{server.server_port}"


@pytest.mark.django_db(transaction=True)
def test_a_webhook_tells_the_event_and_its_answer_decides(cast, service):
    hook = {
        "kind": "webhook",
        "url": service + "/200?city=${city}",
        "body": '{"who": "${firstName}", "n": ${n}}',
        "answer": "offer",
    }
    ask = {"kind": "condition", "variable": "${offer.code}", "operator": "is", "value": "welcome"}
    workflow(cast, chain(hook, {**ask, "yes": "end", "no": "end"}))
    tell(cast, cast.dina, city="Київ & Львів", n=2)
    turn()
    run = only_run()
    assert (run.status, run.path[1]["note"], run.path[2]["exit"]) == ("FINISHED", "200", "yes")
    assert run.params["city"] == "Київ & Львів"
    ((method, path, body, headers),) = Service.asked
    assert (method, json.loads(body)) == ("POST", {"who": "Dina", "n": 2})
    assert path == "/200?city=%D0%9A%D0%B8%D1%97%D0%B2%20%26%20%D0%9B%D1%8C%D0%B2%D1%96%D0%B2"
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == f"{run.workflow_id}-{run.id}-b1-0"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/404", "FAILED", "The address answered with status 404."),
        ("/302", "FAILED", "The address answered with status 302."),
        ("/503", "WAITING", "The address answered with status 503."),
    ],
)
def test_refusals_fail_and_troubles_are_tried_again(cast, service, path, status, error):
    workflow(cast, chain({"kind": "webhook", "method": "GET", "url": service + path}))
    tell(cast, cast.dina)
    turn()
    run = Run.objects.get()
    assert (run.status, run.error, run.block) == (status, error, "b1")
    assert len(Service.asked) == 1


def test_an_address_inside_is_refused_unless_the_operator_allows_it(service):
    with pytest.raises(HostRefused):
        calling.call("GET", service, body=b"", headers={}, allowed=Allowed())
    assert Service.asked == []


def test_a_certificate_of_another_name_is_refused(service):
    port = int(service.rpartition(":")[2])
    connection = calling._Pinned("other.example", port, "127.0.0.1")
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.connect()


def test_a_server_that_never_answers_is_left(monkeypatch):
    monkeypatch.setattr(calling, "SILENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(calling.NoAnswer, match=r"127\.0\.0\.1 did not answer"):
            calling.call(
                "GET", url, body=b"", headers={}, allowed=Allowed.from_words(["127.0.0.1"])
            )


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://",
        "ftp://example.com",
        "https://a:b@example.com/",
        "https://${host}/x",
        "https://example.com/a b",
        "https://example.com:99999/",
    ],
)
def test_what_is_no_plain_https_address_is_refused_when_saved(url):
    with pytest.raises(BadBlocks) as refusal:
        parse(chain({"kind": "webhook", "url": url}))
    assert list(refusal.value.problems) == ["b1.url"]
