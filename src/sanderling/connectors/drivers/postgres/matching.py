"""How a key column is compared with contacts' fields, and how an index can serve it.

The normal form of a key is made on both sides: email lower case and trimmed, phone digits only,
anything else exactly.  An expression over the column loses a plain index, and 1,000 keys then
cost a scan of the whole table; so the plain index is used where the column provably holds normal
forms only (``Comparison.doubt`` is asked once a minute), or an index over the expression exists.
"""

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from psycopg import sql

from sanderling.connectors.drivers.postgres.describing import Description, PlainColumn
from sanderling.connectors.drivers.tables import KeyKind

INTEGER_RANGES = {"int2": 2**15, "int4": 2**31, "int8": 2**63}
TEXTS = frozenset({"text", "varchar", "bpchar", "citext", "name"})
NOT_DIGITS = re.compile(r"[^0-9]")


@dataclass(frozen=True)
class Comparison:
    """Both sides of ``key = ANY(keys)``.

    ``key`` is the column's side and ``cast`` the type of the array; ``form`` is the column's
    normal form, by which rows are put together (``key`` itself by default).  ``normal`` makes
    the normal form of a contact's value, or None where it cannot be in such a column.
    ``spellings`` are the texts under which a normal form may stand in the column.  ``doubt``,
    when present, is a condition that finds rows in another form: if there is one, ``safe_key``
    must be used.
    """

    key: sql.Composable
    cast: sql.SQL
    normal: Callable[[str], str | None]
    spellings: Callable[[str], Iterable[str]] = lambda form: (form,)
    doubt: sql.Composable | None = None
    safe_key: sql.Composable | None = None
    form: sql.Composable | None = None

    def safely(self) -> "Comparison":
        """Return the comparison that does not rely on normal forms in the column."""
        assert self.safe_key is not None
        return Comparison(key=self.safe_key, cast=sql.SQL("text"), normal=self.normal)


def comparison(description: Description, column: PlainColumn, kind: KeyKind) -> Comparison:
    """Return how keys of this kind are compared with this column."""
    if column.base in INTEGER_RANGES:
        return _of_integers(column, kind)
    if column.base not in TEXTS:
        return _of_other_types(column)
    if kind is KeyKind.EMAIL:
        return _of_emails(description, column)
    if kind is KeyKind.PHONE:
        return _of_phones(description, column)
    cast = sql.SQL("text") if column.base == "varchar" else sql.SQL(column.base)
    name = sql.Identifier(column.name)
    # citext finds more than the exact key; its text tells them apart.
    return Comparison(name, cast, lambda key: key, form=sql.SQL("{}::text").format(name))


def normal_form(column: PlainColumn, kind: KeyKind) -> sql.Composable:
    """Return the expression of the normal form of a key, as text."""
    name = sql.Identifier(column.name)
    if column.base in TEXTS and kind is KeyKind.EMAIL:
        return _lowered(name)
    if column.base in TEXTS and kind is KeyKind.PHONE:
        return _digits(name)
    return sql.SQL("{}::text").format(name)


def advised_index(description: Description, column: PlainColumn, kind: KeyKind) -> str | None:
    """Return the index that the customer should make, or None when look-ups are served."""
    if kind in {KeyKind.EMAIL, KeyKind.PHONE} and column.base in TEXTS and column.base != "citext":
        form = _lowered if kind is KeyKind.EMAIL else _digits
        expression = form(sql.Identifier(column.name))
        if column.is_indexed or _has_index(description, _plain(expression)):
            return None
        if kind is KeyKind.EMAIL and _has_index(description, _plain(_only_lowered(column))):
            return None
        return _index_on(description, sql.SQL("({})").format(expression))
    return None if column.is_indexed else _index_on(description, sql.Identifier(column.name))


def _of_integers(column: PlainColumn, kind: KeyKind) -> Comparison:
    most = INTEGER_RANGES[column.base]

    def normal(key: str) -> str | None:
        digits = NOT_DIGITS.sub("", key) if kind is KeyKind.PHONE else key
        if not re.fullmatch(r"-?[1-9][0-9]{0,18}|0", digits) or not -most <= int(digits) < most:
            return None
        return digits

    return Comparison(sql.Identifier(column.name), sql.SQL(column.base), normal)


def _of_other_types(column: PlainColumn) -> Comparison:
    name = sql.Identifier(column.name)
    if column.base == "uuid":
        return Comparison(name, sql.SQL("uuid"), _uuid)
    if column.base == "numeric":
        return Comparison(name, sql.SQL("numeric"), _number)
    return Comparison(sql.SQL("{}::text").format(name), sql.SQL("text"), lambda key: key)


def _of_emails(description: Description, column: PlainColumn) -> Comparison:
    name = sql.Identifier(column.name)
    safe = _lowered(name)
    if column.base == "citext":
        return Comparison(name, sql.SQL("citext"), _email, form=safe)
    if _has_index(description, _plain(safe)):
        return Comparison(safe, sql.SQL("text"), _email)
    if _has_index(description, _plain(_only_lowered(column))):
        # The customer's own rule: he lowers and does not trim.
        return Comparison(_only_lowered(column), sql.SQL("text"), _email)
    if column.is_indexed:
        doubt = sql.SQL("{name} <> {safe}").format(name=name, safe=safe)
        return Comparison(name, sql.SQL("text"), _email, doubt=doubt, safe_key=safe)
    return Comparison(safe, sql.SQL("text"), _email)


def _of_phones(description: Description, column: PlainColumn) -> Comparison:
    name = sql.Identifier(column.name)
    safe = _digits(name)
    if column.is_indexed and not _has_index(description, _plain(safe)):
        doubt = sql.SQL("{} !~ '^[+]?[0-9]+$'").format(name)
        return Comparison(
            name,
            sql.SQL("text"),
            _phone,
            spellings=lambda form: (form, f"+{form}"),
            doubt=doubt,
            safe_key=safe,
            form=safe,
        )
    return Comparison(safe, sql.SQL("text"), _phone)


def _lowered(name: sql.Composable) -> sql.Composable:
    return sql.SQL("lower(btrim({}))").format(name)


def _only_lowered(column: PlainColumn) -> sql.Composable:
    return sql.SQL("lower({})").format(sql.Identifier(column.name))


def _digits(name: sql.Composable) -> sql.Composable:
    return sql.SQL("regexp_replace({}, '[^0-9]', '', 'g')").format(name)


def _email(key: str) -> str | None:
    return key.strip().lower() or None


def _phone(key: str) -> str | None:
    return NOT_DIGITS.sub("", key) or None


def _uuid(key: str) -> str | None:
    try:
        return str(uuid.UUID(key.strip()))
    except ValueError:
        return None


def _number(key: str) -> str | None:
    try:
        number = Decimal(key.strip())
    except InvalidOperation:
        return None
    return format(number.normalize(), "f") if number.is_finite() else None


def _has_index(description: Description, expression: str) -> bool:
    return expression in {_flat(found) for found in description.expressions}


def _plain(expression: sql.Composable) -> str:
    return _flat(expression.as_string())


def _flat(expression: str) -> str:
    """Return an expression without what PostgreSQL adds when it writes it back."""
    bare = re.sub(r"::(text|character varying|bpchar)", "", expression.lower())
    bare = re.sub(r"trim\(both from ", "btrim(", bare)
    return re.sub(r'[\s"()]', "", bare)


def _index_on(description: Description, expression: sql.Composable) -> str:
    return (
        sql.SQL("CREATE INDEX CONCURRENTLY ON {} ({})")
        .format(description.name, expression)
        .as_string()
    )
