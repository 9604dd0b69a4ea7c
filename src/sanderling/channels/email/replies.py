"""What a server says: numbered lines, not to be trusted."""

from typing import NamedTuple

# A reply longer than this is not SMTP (RFC 5321 allows 512 a line; EHLO has some 20 lines).
LONGEST_REPLY = 65_536


class Reply(NamedTuple):
    """One answer of the server, its lines without codes."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines in one, safe to show."""
        return one_line(" ".join(self.lines))


def one_line(text: str) -> str:
    """What a stranger's server said, without control characters and of bounded length."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:500]).strip()
