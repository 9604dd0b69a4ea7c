r"""What Java writes otherwise than RE2 in a regular expression: `\p{Alpha}`, `\h`, `\u0456`.

Only spellings are changed. What RE2 would read as something else, without complaint, is an error:
`[a-z&&[^b]]` and `[[a-c]x]` are sets in Java and odd lists of characters in RE2.
"""

from __future__ import annotations

import re

from sanderling.velocity.errors import MethodFailed

_POSIX = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7f",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F",
    "Space": r" \t-\r",
}
_CATEGORIES = {
    "javaLowerCase": "Ll",
    "javaUpperCase": "Lu",
    "javaLetter": "L",
    "IsAlphabetic": "L",
    "IsLetter": "L",
    "IsLowercase": "Ll",
    "IsUppercase": "Lu",
    "IsDigit": "Nd",
    "IsPunctuation": "P",
}
# Sets of characters by one letter: inside [...] and, in brackets of their own, outside.
_LETTERS = {
    "h": r" \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}",
    "v": r"\n\x0B\f\r\x{85}\x{2028}\x{2029}",
    "s": r" \t-\r",
}
_ELSEWHERE = {"R": r"(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])", "Z": r"\n?\z"}
_PIECE = re.compile(
    r"\\Q.*?(?:\\E|\Z)"
    r"|\\(?P<kind>[pP])\{(?P<name>\w+(?:=\w+)?)\}"
    r"|\\u(?P<unit>[0-9a-fA-F]{4})"
    r"|\\(?P<letter>.)"
    r"|\(\?(?P<flags>[a-zA-Z]+)(?P<end>[:)])"
    r"|(?P<open>\[\^?\]?)|(?P<close>\])|(?P<both>&&)"
    r"|[^\\\[\](&]+|.",
    re.DOTALL,
)


def for_re2(pattern: str) -> str:
    """The pattern as RE2 spells it. Raises MethodFailed for sets of sets."""
    pieces: list[str] = []
    inside = False
    for piece in _PIECE.finditer(pattern):
        if inside and (piece["open"] or piece["both"]):
            raise MethodFailed("sets inside sets, as in [a-z&&[^b]], do not exist here")
        inside = bool(piece["open"]) or (inside and not piece["close"])
        pieces.append(_respelled(piece, inside))
    return "".join(pieces)


def _respelled(piece: re.Match[str], inside: bool) -> str:
    if piece["name"]:
        return _category(piece["kind"], piece["name"], inside)
    if piece["unit"]:
        return rf"\x{{{piece['unit']}}}"
    if piece["letter"]:
        return _letter(piece["letter"], inside)
    if piece["flags"]:
        if "U" in piece["flags"]:
            raise MethodFailed("the flag (?U) does not exist here")
        # Upper and lower case are those of all alphabets here, which Java calls u.
        flags = piece["flags"].replace("u", "")
        return f"(?{flags}{piece['end']}" if flags or piece["end"] == ":" else ""
    return piece[0]


def _category(kind: str, name: str, inside: bool) -> str:
    if name in _POSIX:
        return _set(_POSIX[name], inside, negated=kind == "P")
    name = _CATEGORIES.get(name) or name.split("=")[-1]
    return rf"\{kind}{{{name[2:] if name[:2] in ('Is', 'In') else name}}}"


def _letter(letter: str, inside: bool) -> str:
    if letter.lower() in _LETTERS and not (inside and letter in "sS"):
        return _set(_LETTERS[letter.lower()], inside, negated=letter.isupper())
    return _ELSEWHERE.get(letter, "\\" + letter) if not inside else "\\" + letter


def _set(characters: str, inside: bool, *, negated: bool) -> str:
    if not inside:
        return f"[{'^' if negated else ''}{characters}]"
    if negated:
        raise MethodFailed("the opposite of a set cannot stand inside [...] here")
    return characters
