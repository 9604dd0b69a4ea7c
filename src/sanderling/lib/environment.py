"""Settings from the environment, by typed readers that refuse nonsense.

A setting that is misspelt should stop the start with a sentence, not surface as a
strange error at night.  Every reader also looks at ``NAME_FILE``, so that a secret can
stay in a file (Docker and systemd credentials work that way).
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


class BadSetting(ValueError):
    """A setting of the environment cannot be used; the message names it and says why."""


@dataclass(frozen=True)
class Environment:
    """A read-only view of environment variables with typed access."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, default: str = "") -> str:
        """Return the setting, or the content of the file that ``NAME_FILE`` names."""
        if name in self.variables:
            return self.variables[name].strip()
        if path := self.variables.get(f"{name}_FILE"):
            return _content(name, path)
        return default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes/no setting; anything but the usual words is refused."""
        value = self.text(name).lower()
        if not value:
            return default
        if value not in TRUE | FALSE:
            raise BadSetting(f"{name} must be yes or no, not {value!r}.")
        return value in TRUE

    def number(self, name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
        """Return a whole number within its bounds."""
        value = self.text(name)
        if not value:
            return default
        if not WHOLE_NUMBER.fullmatch(value):
            raise BadSetting(f"{name} must be a whole number, not {value!r}.")
        if not least <= int(value) <= most:
            raise BadSetting(f"{name} must lie between {least} and {most}, not {value}.")
        return int(value)

    def words(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a comma-separated list without its blanks."""
        value = self.text(name)
        if not value:
            return default
        return tuple(word.strip() for word in value.split(",") if word.strip())

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of a few words."""
        value = self.text(name, default)
        if value not in choices:
            raise BadSetting(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def url(self, name: str, default: str) -> str:
        """Return an http(s) address without its last slash."""
        value = self.text(name, default)
        if value and not ADDRESS.fullmatch(value):
            raise BadSetting(
                f"{name} must be an address that begins with http:// or https://, not {value!r}."
            )
        return value.rstrip("/")

    def path(self, name: str, default: Path) -> Path:
        """Return an absolute path."""
        value = self.text(name)
        return Path(value).expanduser().absolute() if value else default


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(
            f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from error
    except UnicodeDecodeError:
        raise BadSetting(f"{name}_FILE names {path}, which is no text in UTF-8.") from None
