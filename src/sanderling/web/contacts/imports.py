"""Import a file: upload, look, map, start, watch, fetch the rows that were refused."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sanderling.accounts.rights import Permission
from sanderling.contacts import fields, importing, lists, previewing, reading, rejecting
from sanderling.contacts.importing import Setup
from sanderling.contacts.mapping import TARGETS
from sanderling.contacts.models import Import, ImportStatus
from sanderling.lib.errors import Invalid
from sanderling.postgres.files import TooLarge
from sanderling.web.contacts import asking
from sanderling.web.contacts.editing import COLUMNS
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

PAGE = 50


@allowed(Permission.READ_CONTACTS)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show the imports; a POST takes a file."""
    problem = ""
    if request.method == "POST":
        try:
            return redirect("contacts-import", _uploaded(request).pk)
        except (Invalid, TooLarge) as refusal:
            problem = refusal.message
    before = asking.number(request.GET, "before")
    runs = importing.recent(request.organisation.pk, before=before, limit=PAGE)
    shown = {
        "imports": runs,
        "older": runs[-1].pk if len(runs) == PAGE else None,
        "problem": problem,
        "limit": settings.UPLOAD_LIMIT // 1024**2,
        "may_edit": Permission.EDIT_CONTACTS in request.actor.permissions,
    }
    return render(request, "contacts/imports.html", shown)


@allowed(Permission.READ_CONTACTS)
def show(request: PersonRequest, import_id: int) -> HttpResponseBase:
    """Show the mapping of an upload, or the progress of an import; a POST maps or starts."""
    run = importing.get(request.organisation.pk, import_id)
    if run.status != ImportStatus.MAPPING:
        return render(request, "contacts/import.html", _progress(run))
    problems: list[str] = []
    if request.method == "POST":
        try:
            run = importing.configure(
                request.organisation.pk, import_id, _setup(request), by=request.actor
            )
            if request.POST.get("do") == "start":
                importing.start(request.organisation.pk, import_id, by=request.actor)
                return redirect("contacts-import", import_id)
        except Invalid as refusal:
            problems = [text for texts in refusal.problems.values() for text in texts]
            _keep_choice(run, _setup(request))
    return render(request, "contacts/import_mapping.html", _mapping(request, run, problems))


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def reread(request: PersonRequest, import_id: int) -> HttpResponseBase:
    """Read the file in another encoding or with another separator."""
    importing.reread(
        request.organisation.pk,
        import_id,
        encoding=request.POST.get("encoding", ""),
        delimiter=request.POST.get("delimiter", ""),
    )
    return redirect("contacts-import", import_id)


@require_POST
@allowed(Permission.EDIT_CONTACTS)
def discard(request: PersonRequest, import_id: int) -> HttpResponseBase:
    """Forget an upload that was not started."""
    importing.discard(request.organisation.pk, import_id, by=request.actor)
    messages.success(request, _("The file is forgotten."))
    return redirect("contacts-imports")


@allowed(Permission.READ_CONTACTS)
def progress(request: PersonRequest, import_id: int) -> HttpResponseBase:
    """Return only the part of the page that changes while an import runs."""
    run = importing.get(request.organisation.pk, import_id)
    return render(request, "contacts/_progress.html", _progress(run))


@allowed(Permission.READ_CONTACTS)
def rejects(request: PersonRequest, import_id: int) -> HttpResponseBase:
    """Give the refused rows, with line and reason, as CSV."""
    run = importing.get(request.organisation.pk, import_id)
    answer = StreamingHttpResponse(rejecting.as_csv(run), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{import_id}.csv"'
    return answer


def _uploaded(request: PersonRequest) -> Import:
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid(_("Choose a file first."))
    return importing.create(
        request.organisation.pk,
        upload.name or "file",
        chunks=upload.chunks(),
        by=request.actor,
        limit=settings.UPLOAD_LIMIT,
    )


def _setup(request: PersonRequest) -> Setup:
    asked = request.POST
    columns = [name for name in asked if name.startswith("column-")]
    return Setup(
        mapping={name.removeprefix("column-"): asked[name] for name in columns},
        unique_by=asked.get("unique_by", ""),
        skip_first="skip_first" in asked,
        import_empty="import_empty" in asked,
        restore="restore" in asked,
        lists=asking.numbers(asked, "lists"),
        new_list=asking.text(asked, "new_list"),
    )


def _keep_choice(run: Import, setup: Setup) -> None:
    """Show again what was chosen, although it cannot be saved so."""
    run.mapping = dict(setup.mapping)
    run.options = run.options | {
        "skip_first": setup.skip_first,
        "import_empty": setup.import_empty,
        "restore": setup.restore,
        "join": list(setup.lists),
    }


def _mapping(request: PersonRequest, run: Import, problems: list[str]) -> dict[str, Any]:
    organisation_id = request.organisation.pk
    shown: dict[str, Any] = {"run": run, "problems": problems}
    try:
        shown["preview"] = previewing.preview(run)
    except Invalid as refusal:
        shown["problems"] = [*problems, refusal.message]
    return shown | {
        "targets": _targets(organisation_id),
        "unique": _unique(organisation_id),
        "encodings": reading.ENCODINGS,
        "delimiters": list(zip(reading.DELIMITERS, _signs(), strict=True)),
        "lists": lists.counted(organisation_id),
        "joined": run.options.get("join", []),
        "restores": run.options.get("restore", True),
        "may_edit": Permission.EDIT_CONTACTS in request.actor.permissions,
    }


def _targets(organisation_id: int) -> list[tuple[str, str]]:
    names = {**{name: str(label) for name, label in COLUMNS.items()}, "contact_id": _("Contact ID")}
    own = fields.catalogue(organisation_id).values()
    return [(target, names[target]) for target in TARGETS] + [
        (f"field:{field.pk}", f"{field.group.name}: {field.name}") for field in own
    ]


def _unique(organisation_id: int) -> list[tuple[str, str]]:
    own = fields.catalogue(organisation_id).values()
    return [
        ("EMAIL", _("Email")),
        ("PHONE", _("Phone")),
        ("EMAIL_OR_PHONE", _("Email or phone")),
        ("EXTERNAL_ID", _("External ID")),
        ("ID", _("Contact ID")),
        *((f"field:{field.pk}", f"{field.group.name}: {field.name}") for field in own),
    ]


def _signs() -> list[str]:
    return [_("Semicolon ;"), _("Comma ,"), _("Tab"), _("Bar |")]


def _progress(run: Import) -> dict[str, Any]:
    size = run.file.size if run.file else 0
    names = dict(_targets(run.organisation_id))
    warnings = run.options.get("warnings", {})
    return {
        "run": run,
        "is_running": run.status in (ImportStatus.QUEUED, ImportStatus.RUNNING),
        "percent": min(100, round(100 * run.bytes_read / size)) if size else 0,
        "rejects": rejecting.first(run) if run.rows_rejected else [],
        "warnings": sorted((names.get(column, column), n) for column, n in warnings.items()),
        "is_finished": run.status == ImportStatus.FINISHED,
        "list_id": next(iter(run.options.get("join", [])), None),
    }
