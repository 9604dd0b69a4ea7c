"""A contact's own value of the key that a connector's tables are joined on."""

from psycopg import sql

from sanderling.connectors.models import Connector, ContactKeyKind


def key_expression(connector: Connector, *, alias: str = "c") -> sql.Composable:
    """Return the key in SQL over ``contacts_contact``: NULL or empty where there is none.

    The forms are those that drivers make of the table's column: an address in lower case, a
    phone's digits, everything else as it is.
    """
    match connector.contact_key:
        case ContactKeyKind.EMAIL:
            return sql.SQL("lower({})").format(sql.Identifier(alias, "email"))
        case ContactKeyKind.PHONE:
            return sql.Identifier(alias, "phone")
        case ContactKeyKind.EXTERNAL_ID:
            return sql.Identifier(alias, "external_id")
    return sql.SQL("({} ->> {})").format(
        sql.Identifier(alias, "fields"), sql.Literal(str(connector.field_id))
    )
