"""Columns that Django does not know: sequence ids inside composite keys, and the change column."""

from typing import Any

from django.db import models


class NextVal(models.Func):
    """``nextval('sequence')``, for ids that are only a part of a primary key.

    A distributed PostgreSQL wants the distribution column in every key, so a table of
    facts has (contact_id, id); Django's own AutoField must be the whole key.
    """

    function = "nextval"
    output_field = models.BigIntegerField()

    def __init__(self, sequence: str) -> None:
        super().__init__(models.Value(sequence))


class CurrentTransaction(models.Func):
    """``pg_current_xact_id()``: the id of the transaction that writes the row."""

    function = "pg_current_xact_id"
    arity = 0


class SequenceIdField(models.BigIntegerField):  # type: ignore[type-arg]
    """A bigint that the database numbers from its own sequence ``<table>_id_seq``."""

    def __init__(self, *args: Any, sequence: str, **kwargs: Any) -> None:
        self.sequence = sequence
        kwargs["db_default"] = NextVal(sequence)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Keep only what is ours in the migration."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_default", None)
        kwargs.pop("editable", None)
        return name, path, list(args), {**kwargs, "sequence": self.sequence}


class ChangedField(models.Field):  # type: ignore[type-arg]
    """``xid8``: the transaction that last wrote the row; exports read on from it.

    Neither ``updated_at`` nor a sequence can be a watermark: both are given before the
    commit, and 10-12 % of concurrent rows were lost by them (docs/design/exports.md).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_default"] = CurrentTransaction()
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Keep only what is ours in the migration."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_default", None)
        kwargs.pop("editable", None)
        return name, path, list(args), kwargs

    def db_type(self, connection: Any) -> str:
        """Return PostgreSQL's 64-bit transaction id."""
        return "xid8"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Write the current transaction at every save."""
        return CurrentTransaction()


class Tracked(models.Model):
    """A row whose changes leave by the data export.

    ``save(update_fields=…)`` adds ``changed``; a ``.sql`` file that updates such a table
    sets it itself (a test holds both).
    """

    changed = ChangedField()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and mark the row as changed in this transaction."""
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "changed"}
        super().save(*args, **kwargs)
