"""Viber business messages: text, a picture with a button, and who carries them.

They leave by the same HTTP gateways as SMS (``channels.http``); only the members differ.
"""

from sanderling.channels.viber.presets import PRESETS, VALUES

__all__ = ["PRESETS", "VALUES"]
