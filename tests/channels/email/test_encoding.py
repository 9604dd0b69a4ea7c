import quopri
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanderling.channels.email.encoding import Encoded, encode, encode_static, encode_value

LETTERS = st.text(
    alphabet=st.one_of(
        st.sampled_from(list(" \t\n\r=.-aF€\u00a0Ж😀\x00")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=400,
)


def decoded(encoded: Encoded) -> str:
    match encoded.transfer:
        case "quoted-printable":
            raw = quopri.decodestring(encoded.content)
        case "base64":
            raw = b64decode(encoded.content)
        case _:
            raw = encoded.content
    return raw.decode()


def with_crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def lines_of(content: bytes) -> list[bytes]:
    return content.split(b"\r\n")


@settings(deadline=None)
@given(LETTERS)
def test_any_text_comes_back_from_its_encoding(text: str) -> None:
    encoded = encode(text)
    assert decoded(encoded) == with_crlf(text)
    assert encoded.content.isascii()
    longest = 998 if encoded.transfer == "7bit" else 76
    assert max(map(len, lines_of(encoded.content))) <= longest


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), LETTERS.filter(lambda t: "\r" not in t)), max_size=8))
def test_any_pieces_joined_decode_to_the_joined_text(pieces: list[tuple[bool, str]]) -> None:
    body = b"".join(encode_static(text) if still else encode_value(text) for still, text in pieces)
    assert quopri.decodestring(body).decode() == with_crlf("".join(text for _, text in pieces))
    assert max(map(len, lines_of(body))) <= 76


@settings(deadline=None)
@given(LETTERS)
def test_no_encoded_line_begins_as_an_mbox_separator(text: str) -> None:
    body = encode_static("From " + text + "\nFrom x") + encode_value("From " + text)
    assert not any(line.startswith(b"From ") for line in lines_of(body))


def test_plain_ascii_travels_as_it_is() -> None:
    assert encode("Hello,\nDina!\n") == Encoded(b"Hello,\r\nDina!\r\n", "7bit")


def test_an_ascii_line_beyond_998_characters_is_quoted() -> None:
    assert encode("x" * 998).transfer == "7bit"
    assert encode("x" * 999).transfer == "quoted-printable"


def test_a_few_foreign_letters_are_quoted_and_stay_readable() -> None:
    encoded = encode("Only £5 for you!\n" + "And many other words.\n" * 5)
    words = b"Only =C2=A35 for you!\r\n" + b"And many other words.\r\n" * 5
    assert encoded == Encoded(words, "quoted-printable")


def test_a_cyrillic_text_takes_the_encoding_that_is_shorter_for_it() -> None:
    encoded = encode("Здравствуйте, Дина! " * 50)
    assert encoded.transfer == "base64"
    assert len(encoded.content) < 1.4 * len(("Здравствуйте, Дина! " * 50).encode())


def test_a_space_before_a_line_end_is_kept() -> None:
    encoded = encode("£ \n\t\n" + "the end of it " * 10 + "x")
    assert encoded.content.startswith(b"=C2=A3=20\r\n=09\r\nthe end of it")


def test_a_short_value_stands_on_a_line_of_its_own() -> None:
    assert encode_value("Dina") == b"Dina=\r\n"
    assert encode_value("") == b""
    assert encode_value("a=b") == b"a=3Db=\r\n"


@pytest.mark.parametrize("length", range(60, 160))
def test_a_value_of_any_length_keeps_the_limit(length: int) -> None:
    for text in ("x" * length, "=" * length, "Ж" * length, "x" * length + " "):
        body = encode_value(text)
        assert max(map(len, lines_of(body))) <= 76
        assert quopri.decodestring(body).decode() == text


def test_half_a_character_becomes_a_question_mark() -> None:
    assert encode("ok \ud83d") == Encoded(b"ok ?", "7bit")


def test_a_real_page_survives(shared: Path) -> None:
    page = (shared / "velocity/perf/out.v2.html").read_text(encoding="utf-8")
    encoded = encode(page)
    assert encoded.transfer == "7bit"
    assert decoded(encoded) == with_crlf(page)
