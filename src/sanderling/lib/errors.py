"""The one root of our errors: a sentence for the user, and how a door may translate it."""

from typing import ClassVar


class SanderlingError(Exception):
    """Something could not be done; the message says what and what to do about it.

    ``status`` is the HTTP status that doors answer with, ``code`` a stable word for programs.
    Rooms raise subclasses; only doors read ``status``.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "error"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").split("\n")[0].strip())

    @property
    def message(self) -> str:
        """Return the sentence for the user."""
        return str(self.args[0])


class NotFound(SanderlingError):
    """This does not exist, or it belongs to somebody else."""

    status = 404
    code = "not_found"


class Forbidden(SanderlingError):
    """You may not do this."""

    status = 403
    code = "forbidden"


class Invalid(SanderlingError):
    """The input cannot be used as it is.

    ``problems`` maps the name of a field (or "" for the whole) to its sentences.
    """

    status = 400
    code = "invalid"

    def __init__(self, message: str = "", *, problems: dict[str, list[str]] | None = None) -> None:
        self.problems = problems or {}
        super().__init__(message or "; ".join(p for ps in self.problems.values() for p in ps))


class Conflict(SanderlingError):
    """Another change came first."""

    status = 409
    code = "conflict"
