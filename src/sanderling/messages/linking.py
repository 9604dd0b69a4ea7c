"""Tracked links: addresses known beforehand get a number, addresses from data a signature.

``<a href="https://shop.example/">`` becomes ``<a href="$!{clickUrl}/3-…">`` when a content is
frozen, so that rendering costs nothing.  ``<a href="$!item.get('url')">`` is known only per
person: it is put between two marks that no text contains, and what stands between them after
rendering goes through the redirect with a signature, without which any address could be passed
through it.
"""

import binascii
import html
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from sanderling.messages.encoding import (
    ENCODED_END,
    ENCODED_MARK,
    END_MARK,
    MARK,
    SOFT_BREAK,
    quoted_printable,
)

ANCHOR = re.compile(
    r"""(<(?:a|area)\b[^<>]*?\bhref\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE | re.DOTALL
)
MARKED = re.compile(f"{MARK}(.*?){END_MARK}", re.DOTALL)
SPEAKS_VELOCITY = re.compile(
    r"\$[!{A-Za-z]|#\{|#(?:if|else|elseif|end|set|foreach|macro|define|evaluate)\b|#@"
)
SIGNS = re.compile(r"[$#]+")
# These go to us already, and must work where tracking does not.
UNTRACKED = re.compile(
    r"\$!?\{?(?:unsubscribeUrl|preferencesUrl|viewUrl|confirmUrl)\b", re.IGNORECASE
)
UTM_SOURCE, UTM_MEDIUM = "sanderling", "email"


Sign = Callable[[str], str]


class Redirect(NamedTuple):
    """Where addresses from data are sent through: the address of a delivery, and who signs."""

    click_url: str
    sign: Sign
    utm_campaign: str


def links_in(source: str, *, utm_campaign: str) -> list[str]:
    """Return the addresses of a template that are known beforehand, as they will be opened."""
    found = [_address(quoted) for _, quoted in ANCHOR.findall(source)]
    return [with_utm(url, utm_campaign) for url in found if is_static(url)]


def track(source: str, *, numbers: Mapping[str, str], utm_campaign: str) -> str:
    """Rewrite the links of a template; ``numbers`` maps an address to its signed number."""

    def replace(anchor: re.Match[str]) -> str:
        before, quoted = anchor.groups()
        sign, inner, url = quoted[0], quoted[1:-1], _address(quoted)
        if UNTRACKED.match(inner):
            return anchor[0]
        if is_static(url):
            return f"{before}{sign}$!{{clickUrl}}/{numbers[with_utm(url, utm_campaign)]}{sign}"
        if SPEAKS_VELOCITY.search(inner) and _is_whole(inner):
            return f"{before}{sign}{MARK}{inner}{END_MARK}{sign}"
        return anchor[0]

    return ANCHOR.sub(replace, source.replace(MARK, "").replace(END_MARK, ""))


def links_in_literal(page: str, *, utm_campaign: str) -> list[str]:
    """Return the addresses of a page that is sent letter by letter: all are known beforehand."""
    found = [_address(quoted) for _, quoted in ANCHOR.findall(page)]
    return [with_utm(url, utm_campaign) for url in found if _is_web(url)]


def track_literal(page: str, *, numbers: Mapping[str, str], utm_campaign: str) -> str:
    """Return a template that says a page letter by letter, its links rewritten where numbered."""
    out, done = [], 0
    for anchor in ANCHOR.finditer(page):
        before, quoted = anchor.groups()
        number = numbers.get(with_utm(_address(quoted), utm_campaign))
        if number is None:
            continue
        out.append(literal(page[done : anchor.start()] + before))
        out.append(f"{quoted[0]}$!{{clickUrl}}/{number}{quoted[0]}")
        done = anchor.end()
    return "".join(out) + literal(page[done:])


def literal(text: str) -> str:
    """Return a template that says this text, whatever signs of the language it holds."""
    return SIGNS.sub(r"#[[\g<0>]]#", text)


def resolve_marked(rendered: str, redirect: Redirect, *, is_html: bool) -> str:
    """Send the addresses between the marks through the redirect, each with its signature."""
    click_url = html.escape(redirect.click_url) if is_html else redirect.click_url

    def replace(marked: re.Match[str]) -> str:
        passage = _passage(marked[1], redirect.sign, redirect.utm_campaign, is_html)
        return f"{click_url}/{passage}" if passage else marked[1]

    return MARKED.sub(replace, rendered).replace(MARK, "").replace(END_MARK, "")


def resolve_encoded(body: bytes, redirect: Redirect, *, is_html: bool) -> bytes:
    """Do the same in quoted-printable, where the marks stand as they are."""
    head, *pieces = body.split(ENCODED_MARK)
    click_url = html.escape(redirect.click_url) if is_html else redirect.click_url
    click = SOFT_BREAK + quoted_printable(f"{click_url}/") + SOFT_BREAK
    out = [head]
    for piece in pieces:
        marked, mark, rest = piece.partition(ENCODED_END)
        args = (redirect.sign, redirect.utm_campaign, is_html)
        passage = _encoded_passage(marked, *args) if mark else b""
        out += (click, passage, rest) if passage else (marked, rest)
    return b"".join(out)


@lru_cache(maxsize=4096)
def _passage(marked: str, sign: Sign, utm_campaign: str, is_html: bool) -> str:
    """What follows the address of the redirect; kept, since many are shown the same products."""
    url = (html.unescape(marked) if is_html else marked).strip()
    if not _is_web(url):
        return ""
    whole = with_utm(url, utm_campaign)
    passage = f"{sign(whole)}?to={quote(whole, safe='')}"
    return html.escape(passage) if is_html else passage


@lru_cache(maxsize=4096)
def _encoded_passage(marked: bytes, sign: Sign, utm_campaign: str, is_html: bool) -> bytes:
    text = binascii.a2b_qp(marked).decode("utf-8", "replace").replace("\r\n", "\n")
    passage = _passage(text, sign, utm_campaign, is_html)
    return quoted_printable(passage) + SOFT_BREAK if passage else b""


def distinct(urls: Iterable[str]) -> list[str]:
    """Return each address once, in order."""
    return list(dict.fromkeys(urls))


def _address(quoted: str) -> str:
    return html.unescape(quoted[1:-1]).strip()


def is_static(url: str) -> bool:
    """Whether an address of a template is known beforehand."""
    return _is_web(url) and not SPEAKS_VELOCITY.search(url)


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _is_whole(inner: str) -> bool:
    """Whether the quotes hold a whole expression, not the first half of ``"$x.get("a")"``."""
    return inner.count("(") == inner.count(")") and inner.count("{") == inner.count("}")


def with_utm(url: str, campaign: str, *, medium: str = UTM_MEDIUM) -> str:
    """Add what the site's own statistics read, unless the author wrote it."""
    if not campaign:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url  # not an address; the reader's browser will say so
    present = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    wanted = {"utm_source": UTM_SOURCE, "utm_medium": medium, "utm_campaign": campaign}
    extra = urlencode({name: value for name, value in wanted.items() if name not in present})
    if not extra:
        return url
    query = f"{parts.query}&{extra}" if parts.query else extra
    return parts._replace(query=query).geturl()
