"""The forms of a workflow's settings and of each kind of block, drawn from what blocks ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sanderling.segments.models import Segment
from sanderling.sources.models import DataSource
from sanderling.workflows.blocks.asking import Choice, Setting
from sanderling.workflows.blocks.block import Block, Names
from sanderling.workflows.blocks.update_field import WRITABLE
from sanderling.workflows.models import StartKind, Uniqueness, Workflow
from sanderling.workflows.saving import Settings
from sanderling.workflows.scheduling import DAY

INTERVALS = (
    (60, _("Every hour")),
    (180, _("Every 3 hours")),
    (360, _("Every 6 hours")),
    (720, _("Every 12 hours")),
    (DAY, _("Every day")),
    (7 * DAY, _("Every week")),
)
UNITS = ((1, _("minutes")), (60, _("hours")), (DAY, _("days")))


class SettingsForm(forms.Form):
    """Name, start and repeats of a workflow; the room checks them."""

    name = forms.CharField(label=_("Name"), max_length=200)
    start_kind = forms.ChoiceField(label=_("Start"), choices=StartKind.choices)
    event_type = forms.CharField(
        label=_("Event type"),
        max_length=100,
        required=False,
        help_text=_("Every event of this type starts the workflow for its contact."),
    )
    segment_id = forms.TypedChoiceField(
        label=_("Segment"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The workflow starts for whoever comes into the segment."),
    )
    every_minutes = forms.TypedChoiceField(
        label=_("How often"), choices=INTERVALS, coerce=int, initial=DAY
    )
    at_time = forms.TimeField(
        label=_("At"),
        required=False,
        initial="09:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("In the organisation's time zone."),
    )
    sources = forms.TypedMultipleChoiceField(
        label=_("Data sources in jsonParam"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    uniqueness = forms.ChoiceField(
        label=_("Process unique events"), choices=Uniqueness.choices, initial=Uniqueness.EVERY
    )
    unique_amount = forms.IntegerField(
        label=_("Period"), required=False, min_value=1, max_value=100_000
    )
    unique_unit = forms.TypedChoiceField(
        label=_("Unit"), choices=UNITS, coerce=int, required=False, initial=DAY, empty_value="1"
    )
    avoid_parallel = forms.BooleanField(
        label=_("Avoid starting if the contact's run is still in progress"), required=False
    )

    def __init__(self, *args: Any, organisation_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = {"organisation_id": organisation_id}
        segments = Segment.objects.filter(**ours).order_by("name").values_list("pk", "name")
        self.fields["segment_id"].choices = [("", _("Choose…")), *segments]  # type: ignore[attr-defined]
        self.fields["sources"].choices = list(  # type: ignore[attr-defined]
            DataSource.objects.filter(**ours).order_by("name").values_list("pk", "name")
        )

    def clean_event_type(self) -> str:
        """An event starts the workflow only when it is known which."""
        typed = str(self.cleaned_data["event_type"]).strip()
        if self.cleaned_data.get("start_kind") == StartKind.EVENT and not typed:
            raise forms.ValidationError(_("Say which type of event starts it."))
        return typed

    def settings(self) -> Settings:
        """Return what was filled in."""
        filled = dict(self.cleaned_data)
        amount = filled.pop("unique_amount") or 0
        filled["unique_minutes"] = amount * int(filled.pop("unique_unit"))
        return Settings(**filled)

    def take_problems(self, problems: dict[str, list[str]]) -> None:
        """Show what the room found wrong beside the fields."""
        names = {"unique_minutes": "unique_amount"}
        for name, sentences in problems.items():
            shown = names.get(name, name)
            self.add_error(shown if shown in self.fields else None, sentences)


def initial_of(workflow: Workflow) -> dict[str, Any]:
    """Return the fields of a stored workflow."""
    minutes = workflow.unique_minutes
    unit = next((one for one, _words in reversed(UNITS) if minutes % one == 0), 1)
    return {
        "name": workflow.name,
        "start_kind": workflow.start_kind,
        "event_type": workflow.event_type if workflow.start_kind == StartKind.EVENT else "",
        "segment_id": workflow.segment_id,
        "every_minutes": workflow.every_minutes,
        "at_time": workflow.at_time,
        "sources": workflow.sources,
        "uniqueness": workflow.uniqueness,
        "unique_amount": minutes // unit if minutes else None,
        "unique_unit": unit,
        "avoid_parallel": workflow.avoid_parallel,
    }


class BlockForm(forms.Form):
    """One block: its name, what its kind asks, and where its exits lead."""

    def __init__(
        self,
        *args: Any,
        kind: type[Block],
        names: Names,
        targets: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["name"] = forms.CharField(
            label=_("Name"),
            max_length=100,
            required=False,
            help_text=_("Shown in the picture; without one, the kind of the block."),
        )
        for setting in kind.SETTINGS:
            self.fields[setting.name] = _field(setting, names)
            if getattr(setting, "may_be_variable", False):
                self.fields[f"{setting.name}_variable"] = forms.CharField(
                    label=_("Or a variable"), max_length=200, required=False
                )
        for key, words in kind.EXITS.items():
            label = _("Then") if len(kind.EXITS) == 1 else _("Branch “%s” leads to") % words
            self.fields[f"exit_{key}"] = forms.ChoiceField(label=label, choices=targets)

    def values(self) -> dict[str, Any]:
        """Return the settings as stored in a draft."""
        filled = {"name": self.cleaned_data["name"]}
        for setting in self.kind.SETTINGS:
            variable = self.cleaned_data.get(f"{setting.name}_variable", "")
            filled[setting.name] = variable or self.cleaned_data[setting.name]
        return filled

    def exits(self) -> dict[str, str]:
        """Return where each exit shall lead."""
        return {key: self.cleaned_data[f"exit_{key}"] for key in self.kind.EXITS}


def block_initial(raw: dict[str, Any], kind: type[Block]) -> dict[str, Any]:
    """Return the fields of a stored block."""
    initial: dict[str, Any] = {"name": raw.get("name", "")}
    for setting in kind.SETTINGS:
        value = raw.get(setting.name, setting.default)
        if getattr(setting, "may_be_variable", False) and str(value).startswith("$"):
            initial[f"{setting.name}_variable"] = value
        else:
            initial[setting.name] = value
    return initial | {f"exit_{key}": raw.get(key, "") for key in kind.EXITS}


def _field(setting: Setting, names: Names) -> forms.Field:
    """Return the form's field of a setting; what it may hold is judged by the block itself."""
    common: dict[str, Any] = {"label": setting.label, "required": False, "help_text": setting.hint}
    match setting.CONTROL:
        case "choice" if isinstance(setting, Choice):
            return forms.ChoiceField(choices=setting.choices, **common)
        case "reference":
            known = getattr(names, setting.of)  # type: ignore[attr-defined]
            return forms.ChoiceField(choices=[("", _("Choose…")), *known.items()], **common)
        case "target":
            columns = [(name, name.replace("_", " ")) for name in WRITABLE]
            return forms.ChoiceField(choices=[*columns, *names.field.items()], **common)
        case "lines":
            rows = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
            return forms.CharField(widget=rows, **common)
        case "time":
            return forms.CharField(widget=forms.TextInput(attrs={"type": "time"}), **common)
        case "number":
            return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **common)
    return forms.CharField(max_length=setting.longest, **common)
