import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanderling.channels.email import (
    BadHeader,
    Composer,
    Mailbox,
    compose,
    encode_static,
    encode_value,
)
from sanderling.channels.email.headers import field, mailbox_field

NOON = datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC)
DINA = Mailbox("dina@example.com", "Дина Орлова")
SHOP = Mailbox("shop@sandpiper.example", "Магазин «Кулик»")


def parsed(message: bytes) -> EmailMessage:
    found = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def body_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_campaign_message_says_all_that_receivers_ask_for() -> None:
    composer = Composer(SHOP, reply_to=Mailbox("help@sandpiper.example"), feedback_id="7:sandpiper")
    message = parsed(
        composer.compose(
            DINA,
            subject="Скидка 10 % только сегодня, Дина, и ещё немного слов для длины",
            message_id="<d7.42@sandpiper.example>",
            date=NOON,
            html="<p>Здравствуйте, <b>Дина</b>!</p>",
            text="Здравствуйте, Дина!",
            unsubscribe="https://sandpiper.example/u/abc",
        )
    )
    assert message["From"] == "Магазин «Кулик» <shop@sandpiper.example>"
    assert message["To"] == "Дина Орлова <dina@example.com>"
    assert message["Subject"] == "Скидка 10 % только сегодня, Дина, и ещё немного слов для длины"
    assert message["Message-ID"] == "<d7.42@sandpiper.example>"
    assert message["Date"].datetime == NOON
    assert message["Reply-To"] == "help@sandpiper.example"
    assert message["Feedback-ID"] == "7:sandpiper"
    assert message["List-Unsubscribe"] == "<https://sandpiper.example/u/abc>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["MIME-Version"] == "1.0"
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert body_of(message, "plain") == "Здравствуйте, Дина!"
    assert body_of(message, "html") == "<p>Здравствуйте, <b>Дина</b>!</p>"


def test_a_body_of_pieces_reads_as_the_whole() -> None:
    html = (
        encode_static("<p>Здравствуйте, ") + encode_value("Дина") + encode_static("!</p>\n<p>x=1")
    )
    message = parsed(
        Composer(SHOP).compose(DINA, subject="s", message_id="a@b", date=NOON, html=html, text="t")
    )
    assert body_of(message, "html") == "<p>Здравствуйте, Дина!</p>\n<p>x=1"


def test_a_message_of_html_alone_has_one_part() -> None:
    message = parsed(compose({"From": "a@example.com", "Subject": "Hi"}, html="<p>Hi</p>"))
    assert message.get_content_type() == "text/html"
    assert message.get_content() == "<p>Hi</p>\r\n"


def test_a_message_for_anything_takes_fields_in_order() -> None:
    raw = compose(
        {"From": SHOP, "To": "dina@example.com", "Subject": "Hi", "X-Ours": "Ж"}, text="Hi"
    )
    assert raw.startswith(b"From: =?utf-8?B?")
    assert b"\r\nTo: dina@example.com\r\nSubject: Hi\r\nX-Ours: =?utf-8?B?0JY=?=\r\n" in raw


@pytest.mark.parametrize(
    "value",
    ["a\nBcc: x@evil.example", "a\r\nBcc: x@evil.example", "a\rb", "a\0b", "a\u2028b", "\x85"],
)
@pytest.mark.parametrize("name", ["Subject", "X-Ours", "Message-ID", "List-Unsubscribe"])
def test_no_value_can_add_a_header(name: str, value: str) -> None:
    with pytest.raises(BadHeader, match="line break or control character"):
        compose({name: value}, text="x")


@pytest.mark.parametrize(
    "mailbox",
    [
        Mailbox("dina@example.com\r\nBcc: x@evil.example"),
        Mailbox("dina@example.com, x@evil.example"),
        Mailbox("dina@example.com>"),
        Mailbox("dina"),
        Mailbox("@example.com"),
        Mailbox("a@b@example.com"),
        Mailbox(""),
        Mailbox("dina@example.com", "Dina\nBcc: x@evil.example"),
    ],
)
def test_no_mailbox_can_add_a_header_or_a_recipient(mailbox: Mailbox) -> None:
    with pytest.raises(BadHeader):
        mailbox_field("To", mailbox)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300))
def test_any_subject_comes_back_and_its_lines_are_short(subject: str) -> None:
    raw = field("Subject", subject)
    assert raw.isascii()
    lines = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert all(line.startswith(b" ") for line in lines[1:])
    if b"=?utf-8?B?" in raw:
        assert max(map(len, lines)) <= 76
    found = email.message_from_bytes(raw + b"\r\n", policy=email.policy.default)
    assert str(found["Subject"]).strip() == subject.strip()


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120))
def test_any_name_comes_back(name: str) -> None:
    raw = mailbox_field("To", Mailbox("dina@example.com", name))
    found = email.message_from_bytes(raw + b"\r\n", policy=email.policy.default)
    (address,) = found["To"].addresses
    assert address.addr_spec == "dina@example.com"
    shown = address.display_name
    if b"=?utf-8?B?" in raw:
        # The standard library's new parser puts a space between two encoded words; its old one,
        # like every mail program, does not (RFC 2047, 6.2).
        phrase = raw.decode("ascii").removeprefix("To: ").rpartition("<")[0]
        shown = str(make_header(decode_header(phrase.strip())))
    assert shown.split() == name.split()


def test_a_name_that_looks_like_an_address_is_quoted() -> None:
    raw = mailbox_field("From", Mailbox("shop@sandpiper.example", 'Help, "us" <x@evil.example>'))
    assert raw == b'From: "Help, \\"us\\" <x@evil.example>" <shop@sandpiper.example>\r\n'


def test_a_long_english_subject_is_folded_at_a_space() -> None:
    subject = "word " * 30 + "end"
    raw = field("Subject", subject)
    assert max(map(len, raw.split(b"\r\n"))) <= 76
    assert raw.replace(b"\r\n ", b" ") == f"Subject: {subject}\r\n".encode()


def test_a_domain_beyond_ascii_is_written_in_its_ascii_form() -> None:
    assert mailbox_field("To", Mailbox("info@straße.example")) == (
        b"To: info@xn--strae-oqa.example\r\n"
    )


def test_a_local_part_beyond_ascii_stays_utf8() -> None:
    raw = mailbox_field("To", Mailbox("почта@пример.example"))
    assert raw == "To: почта@xn--e1afmkfd.example\r\n".encode()


@pytest.mark.parametrize("name", ["From", "to", "Message-ID", "List-Unsubscribe", "Content-Type"])
def test_a_field_with_a_place_of_its_own_cannot_be_added_again(name: str) -> None:
    with pytest.raises(BadHeader):
        Composer(SHOP, headers={name: "x@example.com"})


def test_one_click_is_https_alone() -> None:
    raw = Composer(SHOP).compose(
        DINA, subject="s", message_id="a@b", date=NOON, text="t", unsubscribe="http://a.example/u"
    )
    assert b"List-Unsubscribe: <http://a.example/u>\r\n" in raw
    assert b"List-Unsubscribe-Post" not in raw


@pytest.mark.parametrize("address", ["mailto:x@a.example", "https://a/> <x", "javascript:x"])
def test_one_unsubscribes_at_a_web_address(address: str) -> None:
    with pytest.raises(BadHeader, match="web address"):
        Composer(SHOP).compose(
            DINA, subject="s", message_id="a@b", date=NOON, text="t", unsubscribe=address
        )


@pytest.mark.parametrize("identity", ["", "a", "a@", "@b", "a b@c", "<a@b> <c@d>"])
def test_a_message_id_has_two_sides(identity: str) -> None:
    with pytest.raises(BadHeader, match="Message-ID"):
        Composer(SHOP).compose(DINA, subject="s", message_id=identity, date=NOON, text="t")
