import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from sanderling.channels.email import BadKey, Signer, compose, new_key

RSA_KEY = new_key()
ED_KEY = new_key(ed25519_key=True)
MESSAGE = compose(
    {
        "From": "shop@sandpiper.example",
        "To": "dina@example.com",
        "Subject": "Скидка только сегодня и ещё много других хороших слов для длины",
        "Date": "Sat, 21 Nov 2026 12:00:05 +0000",
        "Message-ID": "<d7@sandpiper.example>",
        "List-Unsubscribe": "<https://sandpiper.example/u/1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
    html="<p>Hi,\t  Dina  </p>  \n\n<pre>  x  </pre>\n\n\n",
    text="Hi,  Dina \n..\n.\n",
)


def signer_of(key: str) -> Signer:
    return Signer("sandpiper.example", "s1", private_key=key)


def verifies(signed: bytes, signer: Signer) -> bool:
    """Whether dkimpy, which is not ours, finds the signature good."""

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        assert name.decode().rstrip(".") == signer.record_name
        return signer.record.encode()

    return bool(dkim.verify(signed, dnsfunc=look_up))


@pytest.mark.parametrize("key", [RSA_KEY, ED_KEY], ids=["rsa", "ed25519"])
def test_a_strangers_verifier_accepts_our_signature(key: str) -> None:
    signer = signer_of(key)
    signed = signer.sign(MESSAGE)
    assert signed.endswith(b"\r\n" + MESSAGE)
    assert verifies(signed, signer)
    assert max(map(len, signed.split(b"\r\n"))) <= 78


@pytest.mark.parametrize("key", [RSA_KEY, ED_KEY], ids=["rsa", "ed25519"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Dina", b"Lena"),
        (b"To: dina@", b"To: lena@"),
        (b"https://sandpiper", b"https://evil"),
        (b"From: shop", b"From: x@evil.example\r\nFrom: shop"),
        (b"To: dina", b"Subject: another\r\nTo: dina"),
        (b"To: dina", b"Reply-To: x@evil.example\r\nTo: dina"),
    ],
)
def test_what_is_altered_on_the_way_fails(key: str, old: bytes, new: bytes) -> None:
    signer = signer_of(key)
    signed = signer.sign(MESSAGE)
    altered = signed.replace(old, new, 1)
    assert altered != signed
    assert verifies(signed, signer)
    assert not verifies(altered, signer)


def test_two_signatures_stand_beside_each_other() -> None:
    first, second = signer_of(RSA_KEY), Signer("sandpiper.example", "ed", private_key=ED_KEY)
    signed = second.sign(first.sign(MESSAGE))
    records = {first.record_name: first.record, second.record_name: second.record}

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        return records[name.decode().rstrip(".")].encode()

    found = dkim.DKIM(signed)
    assert found.verify(idx=0, dnsfunc=look_up)
    assert found.verify(idx=1, dnsfunc=look_up)


@given(st.text(alphabet=" \t\n.aЖ=", max_size=60), st.text(alphabet=" \tab:;", max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_body_and_subject_verify(body: str, subject: str) -> None:
    signer = signer_of(ED_KEY)
    message = compose({"From": "shop@sandpiper.example", "Subject": "x" + subject}, text=body)
    assert verifies(signer.sign(message), signer)


def test_spaces_that_relays_change_do_not_break_the_signature() -> None:
    signer = signer_of(RSA_KEY)
    signed = signer.sign(MESSAGE).replace(b"Subject: ", b"SUBJECT:  \t")
    assert verifies(signed + b"\r\n\r\n", signer)


def test_the_record_names_the_key_kind() -> None:
    assert signer_of(RSA_KEY).record.startswith("v=DKIM1; k=rsa; p=MIIBIjANBg")
    assert signer_of(ED_KEY).record.startswith("v=DKIM1; k=ed25519; p=")
    assert signer_of(ED_KEY).record_name == "s1._domainkey.sandpiper.example"


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes = b"") -> str:
    sealed = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed
    ).decode()


def test_a_key_that_cannot_sign_is_refused_with_the_reason() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    for pem, words in [
        ("nonsense", "not an unencrypted private key in PEM form"),
        (pem_of(elliptic, b"secret"), "not an unencrypted private key in PEM form"),
        (pem_of(elliptic), "neither RSA nor Ed25519"),
    ]:
        with pytest.raises(BadKey, match=words):
            signer_of(pem)


@pytest.mark.parametrize(
    ("domain", "selector"), [("a", "s"), ("a.example\r\n", "s"), ("a.b", "s;")]
)
def test_a_domain_or_selector_that_is_no_name_is_refused(domain: str, selector: str) -> None:
    with pytest.raises(BadKey, match="not a DNS name"):
        Signer(domain, selector, private_key=ED_KEY)
