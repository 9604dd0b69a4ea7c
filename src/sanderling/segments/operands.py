"""Where a contact's values lie: columns of ``contacts_contact AS c``, or its jsonb."""

from psycopg import sql

from sanderling.segments.comparing import Operand, Sql, Stored
from sanderling.segments.kinds import Kind

_STORED = {
    "external_id": Stored.EXACT,
    "phone": Stored.DIGITS,
    "created_at": Stored.MOMENT,
    "id": Stored.NUMBER,
}
_IN_TEXT = {
    Kind.TEXT: Stored.TEXT,
    Kind.NUMBER: Stored.NUMBER_IN_TEXT,
    Kind.DATE: Stored.DAY_IN_TEXT,
    Kind.MOMENT: Stored.MOMENT_IN_TEXT,
    Kind.CHOICES: Stored.CHOICES,
}


def contact_operand(name: str, kind: Kind) -> Operand:
    """Return a field of the contact as the compiler compares it."""
    if name.startswith("field:"):
        return Operand(additional_field(int(name.removeprefix("field:"))), in_text(kind))
    if name == "email_domain":
        return Operand(sql.SQL("split_part(c.email, '@', 2)"), Stored.TEXT)
    return Operand(sql.Identifier("c", name), _STORED.get(name, Stored.TEXT))


def additional_field(field_id: int) -> Sql:
    """Return an additional field as text, NULL where the contact has none.

    The id stands in the statement itself: it is a number, and the planner sees it.
    """
    return sql.SQL("(c.fields ->> {})").format(sql.Literal(str(field_id)))


def in_text(kind: Kind) -> Stored:
    """Return how a value of a kind is compared where it is kept as text."""
    return _IN_TEXT[kind]
