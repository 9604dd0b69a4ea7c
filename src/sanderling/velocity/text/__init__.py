"""How values become text: Java's `toString`, DecimalFormat, SimpleDateFormat, Formatter.

Templates written for the original print numbers, lists, maps and dates the way Java does, down to
`1.0E7` and `{k=v}`; the rules live here, one file per kind of text, and know nothing of the engine.
"""

from sanderling.velocity.text.printing import java_string

__all__ = ["java_string"]
