"""What generated code calls besides the operators: its runtime, under the names it uses."""

from __future__ import annotations

from . import nesting, operating, running
from .escaping import TextFunction, find_sign, unescaped
from .running import Deferred, Rendering, Site, Writer


def text_of(run: Rendering, value: object, site: Site) -> str:
    """What a value prints as when it is neither text nor a whole number."""
    if value.__class__ is Deferred:
        return _deferred_text(run, value, site)
    return running.printed(run, value, site)


def _deferred_text(run: Rendering, value: Deferred, site: Site) -> str:
    out: list[str] = []
    if value.write(out):
        return running.captured(run, out, site)
    return running.null_text(run, site)


def escaped_text_of(
    run: Rendering, value: object, site: Site, escape: TextFunction, plain: TextFunction
) -> str:
    """The same, escaped; what is marked as safe, null and ready-made bodies are not."""
    raw = value is None or value.__class__ is Deferred or running.is_safe(value)
    return running.written(run, text_of(run, value, site), plain if raw else escape, site)


LONG = 10_000


def written_once(run: Rendering, text: str, write: TextFunction, site: Site) -> str | None:
    """A text as it is printed in many places; None when it is so long that each is to be paid."""
    return None if len(text) > LONG else running.written(run, text, write, site)


def print_to(
    run: Rendering,
    out: list[str],
    value: object,
    site: Site,
    escape: TextFunction,
    plain: TextFunction,
) -> None:
    """Print a value where that may end the body: what it has printed until then stays."""
    if value.__class__ is not Deferred:
        out.append(escaped_text_of(run, value, site, escape, plain))
    elif plain is unescaped:
        if not value.write(out):
            out.append(running.null_text(run, site))
    else:

        def write(run: Rendering, own: list[str]) -> None:
            print_to(run, own, value, site, escape, unescaped)

        written_encoded(run, out, write, plain, site)


def written_encoded(
    run: Rendering, out: list[str], write: Writer, encode: TextFunction, site: Site
) -> None:
    """What a closure writes, encoded as a whole; what it wrote before it left early, too."""
    own: list[str] = []
    try:
        write(run, own)
    finally:
        nesting.check_output(run, sum(map(len, own)), site)
        out.append(running.written(run, "".join(own), encode, site))


def too_long(run: Rendering, size: int, site: Site) -> None:
    """The message has become too long."""
    nesting.check_output(run, size, site)


def restore_one(variables: dict[str, object], name: str, value: object) -> None:
    """Give a name the value back that a loop hid."""
    nesting.restore(variables, {name: value})


LINKED: dict[str, object] = {
    "MISSING": nesting.MISSING,
    "enumerate": enumerate,
    "find_sign": find_sign,
    "escaped_text_of": escaped_text_of,
    "loop_over": operating.loop_over,
    "print_to": print_to,
    "restore_one": restore_one,
    "text_of": text_of,
    "too_long": too_long,
    "written": running.written,
    "written_encoded": written_encoded,
    "written_once": written_once,
}
