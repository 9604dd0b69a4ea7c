"""The text beside the HTML, for those who read text, and for filters that distrust mail without.

Made from the template and not from each rendered page: directives and references stand in the
text as they stand in the HTML, so it is compiled once and rendered like any other part.
"""

import re
from html.parser import HTMLParser

BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "br", "div", "footer", "h1", "h2", "h3", "h4", "h5",
        "h6", "header", "hr", "li", "ol", "p", "section", "table", "tr", "ul",
    }
)  # fmt: skip
SILENT = frozenset({"head", "script", "style", "title"})
LINE_COMMENT = re.compile(r"##[^\n]*")
# Without its tags "#end<b>now" would read "#endnow".
BARE = re.compile(r"#(end|else|break|stop)\b")


def text_of(template: str) -> str:
    """Return the template of the text part for an HTML template."""
    reader = _Reader()
    reader.feed(BARE.sub(r"#{\1}", LINE_COMMENT.sub("", template)))
    reader.close()
    return _tidy("".join(reader.out))


class _Reader(HTMLParser):
    """Collects what is read: text, line breaks, and the addresses of links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._silent = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag in BLOCKS:
            self.out.append("\n")
            if tag == "li":
                self.out.append("- ")
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")
        elif tag == "img" and (said := dict(attrs).get("alt")):
            self.out.append(said)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in BLOCKS:
            self.out.append("\n")
        elif tag in ("td", "th"):
            self.out.append(" ")
        elif tag == "a" and self._links and (address := self._links.pop()):
            self.out.append(f" ({address})")

    def handle_comment(self, data: str) -> None:
        """Keep a directive that stands in a comment; the rest of comments nobody reads."""
        if data.lstrip().startswith("#") and not self._silent:
            self.out.append(data.strip())

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.out.append(re.sub(r"[ \t\r\n\xa0]+", " ", data))


def _tidy(text: str) -> str:
    text = re.sub(r" *\n *", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
