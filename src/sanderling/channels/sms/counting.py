"""How many parts a text takes on the air: GSM 03.38 if every sign is in it, else UCS-2.

A part has 140 octets: 160 signs of 7 bits, or 70 of 16.  A text of several parts spends 6
octets of each on their order: 153 and 67 remain.  An escaped sign of GSM 03.38 (``€``, ``[``)
takes two places, a sign beyond the basic plane (most emoji) two of UCS-2, and neither may be
torn between two parts.
"""

from typing import NamedTuple

LONGEST = 10  # parts: what most gateways take
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = frozenset("\f^{}\\[~]|€")


class Length(NamedTuple):
    """How a text is counted; `outside` are the signs that forbid the shorter alphabet."""

    alphabet: str  # "GSM-7" or "UCS-2"
    places: int
    parts: int
    per_part: int
    outside: str = ""


def length_of(text: str) -> Length:
    """Count a text."""
    outside = "".join(dict.fromkeys(s for s in text if s not in BASIC and s not in ESCAPED))
    if outside:
        return _counted("UCS-2", [2 if ord(sign) > 0xFFFF else 1 for sign in text], 70, 67, outside)
    return _counted("GSM-7", [2 if sign in ESCAPED else 1 for sign in text], 160, 153)


def _counted(alphabet: str, widths: list[int], single: int, each: int, outside: str = "") -> Length:
    places = sum(widths)
    if places <= single:
        return Length(alphabet, places, 1 if places else 0, single, outside)
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return Length(alphabet, places, parts, each, outside)
