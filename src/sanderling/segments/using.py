"""Which segments use a data source, a list or another segment; and who uses segments.

Rooms above register their own uses with ``users``, as this room does with those of sources.
"""

import json

from sanderling.segments.models import Segment
from sanderling.sources.using import Users

users = Users()


def segments_with_source(organisation_id: int, source_id: int) -> list[str]:
    """Return the segments that ask a data source, in words."""
    return _mentions(organisation_id, "source", source_id)


def segments_with_group(organisation_id: int, group_id: int) -> list[str]:
    """Return the segments that ask whether somebody is in a list or another segment."""
    return [
        *_mentions(organisation_id, "list", group_id),
        *_mentions(organisation_id, "segment", group_id),
    ]


def _mentions(organisation_id: int, member: str, number: int) -> list[str]:
    """Look with PostgreSQL for any object with this member; a program's "7" is as good as 7."""
    path = f"$.**.{member} ? (@ == $number || @ == $text)"
    found = Segment.objects.filter(organisation_id=organisation_id).extra(
        where=["jsonb_path_exists(condition, %s::jsonpath, %s::jsonb)"],
        params=[path, json.dumps({"number": number, "text": str(number)})],
    )
    return [f"segment “{segment.name}”" for segment in found.order_by("name")]
