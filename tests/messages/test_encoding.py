"""The road of campaigns, which encodes while it renders, writes the letters of the other road."""

import email
import email.policy
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime

import dkim
import pytest
from golden_files import cases_of

from sanderling.channels.email import Composer, Mailbox, Signer, new_key
from sanderling.messages.rendering import Links, Renderer
from sanderling.velocity import ParseError, VelocityError

LINKS = Links(
    click="https://s.example/t/c/T",
    open="https://s.example/t/o/T",
    unsubscribe="https://s.example/u/T",
    view="https://s.example/v/T",
    sign=lambda url: f"signed-{len(url)}",
)
SIGNER = Signer("sandpiper.example", "s1", private_key=new_key())
COMPOSER = Composer(Mailbox("news@sandpiper.example", "Сандерлінг"), feedback_id="1:1")
MARKUP = "<p style='margin:0 0 12px;font:16px/24px Arial,sans-serif;color:#333333;padding:0'>"
PAGE = (
    "<html><body>\n{}\n<a href='https://s.example/'>Магазин</a>\n"
    "<p>$!unsubscribeUrl %FIRSTNAME% = $!data.nothing\n.\nFrom here </p></body></html>"
)
PERSON = defaultdict(str, contact_id=7, first_name="Діна <Козак> & Ко", language="uk", fields={})
TRAPS = {
    "ukrainian": MARKUP * 3 + "Вітаємо, $!firstName, $!firstName! $!data.city</p>",
    "mostly ukrainian": "Вітаємо, $!firstName! Кулики бігають за хвилею і їдять, що лишило море.",
    "long lines": "x" * 2_000 + "$!firstName" + "y" * 2_000 + "$!data.long$!data.long",
    "line starts": "$!data.from\n$!data.dot\n..$!data.dot",
    "blanks": "a $!data.blank b  \n$!data.blank\n\t$!data.blank\n",
    "line ends": "a\r\nb\rc\n$!data.lines\r\n$!data.lines",
    "signs": "=3D $!data.signs ${esc.raw($data.signs)} $esc.html($data.signs)",
    "numbers": "$data.int $data.float $data.list $data.yes $data.int$data.int",
    "macro": "#macro(row $a)<tr><td>$a</td>Рядок $foreach.count</tr>#end"
    "#foreach($x in $data.list)#row($x)#end #row($firstName)",
    "block": "#define($b)<i>Блок $firstName</i>#end$b $b",
    "evaluated": "#set($t = 'Обчислено $firstName #if(true)так#end')#evaluate($t)",
    "loops": "#foreach($x in $data.list)$foreach.parent.count$x#if($foreach.last)#break#end #end",
    "stopped": "before $firstName #foreach($x in $data.list)$x#stop#end never",
    "raw": "#[[ $firstName =20 ]]# \\$firstName \\#if",
    "quoted": "#set($s = \"$firstName = $data.int\")$s$s",
    "links from data": "<a href=\"$!data.url\">A</a><a href='$!data.tel'>T</a>"
    "<a href=\"https://s.example/$!data.int?n=$!firstName&amp;y=1\">B</a>"
    "#foreach($x in $data.list)<a class=b href='https://s.example/$x/ї'>$x</a>#end",
    "marks in values": "$!data.mark <a href=\"$!data.url\">A</a> $!data.mark",
}  # fmt: skip
DATA = {
    "city": "Київ", "long": "z" * 300, "from": "From me", "dot": ".", "blank": " ",
    "lines": "one\r\ntwo\nthree\rfour", "signs": "=20 <&\"'> \\ ї 😀 \x7f", "int": 42,
    "float": 1.5e7, "list": ["a", "й", 3], "yes": True, "url": "https://x.example/?a=1&b=ї",
    "tel": "tel:+380", "mark": "\x01", "nothing": None,
}  # fmt: skip


def renderer_of(page, **more):
    return Renderer(
        {
            "subject": "Для $!firstName", "preheader": "", "html": page, "text": "",
            "language": "uk", "translations": {}, "fields": {}, "utm_campaign": "зима",
            "is_strict": False,
            "links": {"https://s.example/?utm_source=sanderling&utm_medium=email"
                      "&utm_campaign=%D0%B7%D0%B8%D0%BC%D0%B0": 3},
        } | more,
        number_of=str,
    )  # fmt: skip


def letter_of(made):
    return COMPOSER.compose(
        Mailbox("dina@example.com"),
        subject=made.subject,
        message_id="1@sandpiper.example",
        date=datetime(2026, 11, 1, tzinfo=UTC),
        html=made.html,
        text=made.text,
        unsubscribe="https://s.example/u/T",
    )


def read(letter):
    """What a mail program shows: headers, and the decoded text of each part."""
    message = email.message_from_bytes(letter, policy=email.policy.default)
    headers = [(name, value) for name, value in message.items() if name != "Content-Type"]
    parts = [part for part in message.walk() if not part.is_multipart()]
    return headers, [(part.get_content_type(), part.get_content()) for part in parts]


def assert_same(renderer, data, person=PERSON):
    rendered = renderer.render(person, data, LINKS)
    encoded = renderer.encode(person, data, LINKS)
    letter = letter_of(encoded)
    assert without_encoding(read(letter)) == without_encoding(read(letter_of(rendered)))
    assert encoded.warnings == rendered.warnings
    assert max(map(len, letter.split(b"\r\n"))) <= 998
    assert b"\n" not in letter.replace(b"\r\n", b"")
    return encoded, letter


def without_encoding(shown):
    """How the two roads encode may differ; what a part ends with is no matter of content."""
    headers, parts = shown
    kept = [each for each in headers if each[0] != "Content-Transfer-Encoding"]
    return kept, [(kind, text.replace("\r\n", "\n").removesuffix("\n")) for kind, text in parts]


@pytest.mark.parametrize("trap", TRAPS)
def test_both_roads_write_the_same_letter(trap):
    assert_same(renderer_of(PAGE.replace("{}", TRAPS[trap])), DATA)


def test_both_roads_agree_on_the_templates_of_marketers():
    compared = 0
    for case in cases_of("marketing"):
        data = {**case["context"], **case["context"].get("data", {})}
        text = case["template"]
        with suppress(ParseError):  # a merge tag where the recorded one had a pattern of a date
            renderer = renderer_of(PAGE.replace("{}", MARKUP * 2 + text), text=text + "\n-")
            assert_same(renderer, data)
            compared += 1
    assert compared > 55


def test_both_roads_agree_on_every_recorded_template():
    compared = 0
    for case in cases_of("probes"):
        if case["props"] or case["includes"]:
            continue
        try:
            renderer = renderer_of(case["template"])
            rendered = renderer.render(PERSON, case["context"], LINKS)
        except VelocityError:
            continue
        if rendered.text.replace("\n", "").isprintable():
            assert_same(renderer, case["context"])
            compared += 1
    assert compared > 300


def test_a_page_in_cyrillic_is_encoded_ahead_and_text_in_cyrillic_is_not():
    page = PAGE.replace("{}", TRAPS["ukrainian"])
    made = renderer_of(page, text=TRAPS["mostly ukrainian"]).encode(PERSON, DATA, LINKS)
    assert isinstance(made.html, bytes)
    assert isinstance(made.text, str)


def test_a_letter_encoded_ahead_is_signed_like_any_other():
    _, letter = assert_same(renderer_of(PAGE.replace("{}", TRAPS["links from data"])), DATA)
    signed = SIGNER.sign(letter)
    record = SIGNER.record.encode()
    assert dkim.verify(signed, dnsfunc=lambda name, timeout=5: record)
    assert not dkim.verify(
        signed.replace(b"signed-", b"sighed-"), dnsfunc=lambda name, timeout=5: record
    )


def test_a_part_that_comes_out_empty_is_left_out_of_the_letter():
    renderer = renderer_of("<p>Hi</p>", text="$!data.nothing$!data.nothing")
    made, letter = assert_same(renderer, DATA)
    assert made.text == b""
    assert b"multipart" not in letter


def test_data_cannot_mark_an_address_to_be_signed():
    page = PAGE.replace("{}", '$!data.forged <a href="$!data.url">A</a>')
    _, letter = assert_same(renderer_of(page), DATA | {"forged": "\x01https://evil.example/\x02"})
    shown = str(read(letter)[1])
    assert "x.example%2F" in shown
    assert "evil.example" in shown
    assert "evil.example%2F" not in shown


def test_letters_are_encoded_ahead_once_there_are_many():
    renderer = renderer_of(PAGE.replace("{}", TRAPS["ukrainian"]))
    kinds = [
        type(renderer.letter(PERSON, DATA, LINKS, for_many=False).html).__name__ for _ in range(52)
    ]
    assert kinds == ["str"] * 50 + ["bytes"] * 2
    fresh = renderer_of(PAGE.replace("{}", TRAPS["ukrainian"]))
    assert type(fresh.letter(PERSON, DATA, LINKS, for_many=True).html) is bytes
