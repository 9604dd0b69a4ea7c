"""The people of the organisation."""

from collections.abc import Iterable

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import PasswordResetForm
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from sanderling.accounts import auditing, organising
from sanderling.accounts.models import Membership, Role, User
from sanderling.accounts.rights import PERMISSIONS, Permission
from sanderling.lib.errors import SanderlingError
from sanderling.web.accounts.passwords import our_address
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

WORDS: dict[Permission, str | Promise] = {
    Permission.READ_CONTACTS: _("See contacts"),
    Permission.EDIT_CONTACTS: _("Add, change and import contacts"),
    Permission.EDIT_SEGMENTS: _("Build segments"),
    Permission.EDIT_MESSAGES: _("Write messages"),
    Permission.SEND: _("Start campaigns"),
    Permission.EDIT_WORKFLOWS: _("Build and start workflows"),
    Permission.EDIT_CONNECTORS: _("Connect databases"),
    Permission.EDIT_EXPORTS: _("Set up data exports"),
    Permission.EDIT_ALERTS: _("Set alerts"),
    Permission.READ_REPORTS: _("See reports"),
    Permission.ADMINISTER: _("Members, keys, apps and settings"),
}


class MemberForm(forms.Form):
    """Who, and as what."""

    email = forms.EmailField(label=_("Email"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.MARKETER)


@allowed(Permission.ADMINISTER)
def index(request: PersonRequest) -> HttpResponseBase:
    """List the members; a POST adds one, who chooses a password by mail."""
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _add(request, form):
        return redirect("settings-members")
    members = (
        Membership.objects.filter(organisation=request.organisation)
        .select_related("user")
        .order_by("user__email")
    )
    shown = {"form": form, "members": members, "roles": Role.choices, "rights": _rights()}
    return render(request, "settings/members.html", shown)


@require_POST
@allowed(Permission.ADMINISTER)
def role(request: PersonRequest, user_id: int) -> HttpResponseBase:
    """Change what a member is."""
    chosen = request.POST.get("role", "")
    if chosen in Role.values:
        organising.change_role(request.organisation.pk, user_id, chosen, by=request.actor)
        messages.success(request, _("Saved."))
    return redirect("settings-members")


@require_POST
@allowed(Permission.ADMINISTER)
def remove(request: PersonRequest, user_id: int) -> HttpResponseBase:
    """Take a member out."""
    organising.remove_user(request.organisation.pk, user_id, by=request.actor)
    messages.success(request, _("Removed."))
    return redirect("settings-members")


def _add(request: PersonRequest, form: MemberForm) -> bool:
    email, chosen = form.cleaned_data["email"], form.cleaned_data["role"]
    try:
        user = organising.add_user(request.organisation, email=email, role=chosen)
    except SanderlingError as error:
        form.add_error("email", error.message)
        return False
    auditing.record(request.actor, "member.add", user.pk, role=chosen)
    if not user.has_usable_password():
        _invite(request, email)
    messages.success(request, _("%(email)s was added.") % {"email": email})
    return True


def _invite(request: PersonRequest, email: str) -> None:
    """Mail a link with which the new member chooses a password."""
    form = Invitation({"email": email})
    if form.is_valid():
        form.save(
            request=request,
            use_https=request.is_secure(),
            subject_template_name="accounts/invitation_subject.txt",
            email_template_name="accounts/invitation_mail.txt",
            extra_email_context=our_address(),
        )


class Invitation(PasswordResetForm):
    """Django's reset mail also for somebody who has no password yet."""

    def get_users(self, email: str) -> Iterable[User]:
        """Return the account, with or without a password."""
        return User.objects.filter(email__iexact=email, is_active=True)


def _rights() -> list[tuple[str | Promise, list[bool]]]:
    """Return the table of rights, a row per permission and a cell per role."""
    return [(WORDS[p], [p in PERMISSIONS[role] for role in Role.values]) for p in Permission]
