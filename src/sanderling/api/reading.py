"""Read bodies and queries as real clients write them (api.md §1.4).

The quick road decodes straight into the expected shape.  Only what does not fit goes the long
way: numbers as strings and the other way round, one object where a list is expected, ``[]``
for "nothing".  What no road reads is a 400 that names the place.
"""

import codecs
import types
from typing import Any, Union, get_args, get_origin

import msgspec
from django.http import HttpRequest, QueryDict

from sanderling.lib.errors import Invalid


class Unreadable(Invalid):
    """The body is not JSON."""


def body_of(request: HttpRequest, shape: Any) -> Any:
    """Return the request's body in the expected shape; an empty body is an empty object."""
    raw = _utf8(request)
    try:
        read = msgspec.json.decode(raw or b"{}", type=shape, strict=False)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        read = _read_slowly(raw or b"{}", shape)
    if b"\\u0000" in raw:
        _refuse_nul(read)
    return read


def query_of(request: HttpRequest, shape: Any) -> Any:
    """Return the query in the expected shape; repeated and comma lists both are lists."""
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(shape):
        values = _values(request.GET, field.encode_name)
        if values:
            given[field.encode_name] = _listed(values) if _is_list(field.type) else values[-1]
    return converted(given, shape)


def _utf8(request: HttpRequest) -> bytes:
    """Return the body in UTF-8, whatever charset it was sent in."""
    raw: bytes = request.body.removeprefix(codecs.BOM_UTF8)
    charset = (request.content_params or {}).get("charset", "utf-8").strip("\"' ") or "utf-8"
    try:
        known = codecs.lookup(charset)
        if known.name in ("utf-8", "ascii"):
            return raw
        if not getattr(known, "_is_text_encoding", True):
            raise LookupError
        return raw.decode(charset).encode()
    except (LookupError, UnicodeError, ValueError) as error:
        raise Unreadable(f"The body is not text in {charset[:40]}.") from error


def _read_slowly(raw: bytes, shape: Any) -> Any:
    try:
        return converted(msgspec.json.decode(raw), shape)
    except RecursionError as error:
        raise Unreadable("The body is nested too deeply.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"The body is not JSON: {error}") from error


def converted(given: Any, shape: Any) -> Any:
    """Return decoded JSON in the expected shape, read as leniently as a body."""
    try:
        return msgspec.convert(_loosened(given, shape), shape, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"{error}.") from error
    except RecursionError as error:
        raise Unreadable("The body is nested too deeply.") from error


def _loosened(given: Any, shape: Any) -> Any:
    """Return the value bent towards the shape where the meaning is beyond doubt."""
    shape = _without_none(shape)
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return _loosened_struct(given, shape)
    if _is_list(shape):
        if given is None:
            return None
        (inner, *_) = get_args(shape) or (Any,)
        return [_loosened(one, inner) for one in (given if isinstance(given, list) else [given])]
    if shape is str and isinstance(given, int | float):
        return str(given).lower() if isinstance(given, bool) else str(given)
    if shape is int and isinstance(given, float) and given.is_integer():
        return int(given)
    if given == "" and shape in (int, float, bool):
        return None
    return given


def _loosened_struct(given: Any, shape: type[msgspec.Struct]) -> Any:
    if given == []:
        return {}
    if not isinstance(given, dict):
        return given
    known = {field.encode_name: field.type for field in msgspec.structs.fields(shape)}
    return {name: _loosened(value, known[name]) for name, value in given.items() if name in known}


def _without_none(shape: Any) -> Any:
    """Return the shape that is meant when a value is there."""
    if get_origin(shape) in (Union, types.UnionType):
        inner = [one for one in get_args(shape) if one is not type(None)]
        return _without_none(inner[0]) if len(inner) == 1 else shape
    if hasattr(shape, "__metadata__"):
        return _without_none(get_args(shape)[0])
    return shape


def _is_list(shape: Any) -> bool:
    shape = _without_none(shape)
    return shape is list or get_origin(shape) is list


def _values(query: QueryDict, name: str) -> list[str]:
    values = [value for value in query.getlist(name) if value != ""]
    if any("\x00" in value for value in values):
        raise Invalid(f"{name} holds a character that is no text.")
    return values


def _listed(values: list[str]) -> list[str]:
    """Return ``1, 2`` and ``1&2`` alike as a list."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _refuse_nul(read: Any) -> None:
    """Refuse NUL inside any text: PostgreSQL has no such character."""
    if isinstance(read, str):
        if "\x00" in read:
            raise Unreadable("The body holds a NUL character, which is no text.")
    elif isinstance(read, dict):
        for name, value in read.items():
            _refuse_nul(name)
            _refuse_nul(value)
    elif isinstance(read, list):
        for value in read:
            _refuse_nul(value)
    elif isinstance(read, msgspec.Struct):
        for name in read.__struct_fields__:
            _refuse_nul(getattr(read, name))
