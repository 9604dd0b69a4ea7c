"""JSON that keeps the order of its members.

``jsonb`` sorts the members of an object; the data export promises the *first* fifty
parameters of an event, and a person reading the history expects them as they were sent.
"""

import json
from typing import Any

from django.db import models
from psycopg.types.json import Json


class OrderedJSONField(models.JSONField):
    """A ``json`` column: the text as it came."""

    def db_type(self, connection: Any) -> str:
        """Return PostgreSQL's type that keeps the text."""
        return "json"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Send the text itself, not ``jsonb``."""
        return value if isinstance(value, Json) or value is None else Json(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return Python values; psycopg has decoded ``json`` already."""
        return json.loads(value) if isinstance(value, str) else value
