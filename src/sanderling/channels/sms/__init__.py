"""SMS: how long a text is, and who carries it.

A text leaves over an HTTP gateway (``channels.http``) by one of the descriptions of ``presets``,
or by one that an operator wrote.
"""

from sanderling.channels.sms.counting import LONGEST, Length, length_of
from sanderling.channels.sms.presets import PRESETS, VALUES

__all__ = ["LONGEST", "PRESETS", "VALUES", "Length", "length_of"]
