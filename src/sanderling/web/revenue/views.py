"""Which message earned which order: one rule per channel, and the past reckoned anew by it."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sanderling.accounts.rights import Permission
from sanderling.lib.errors import Invalid
from sanderling.revenue import rules
from sanderling.revenue.recomputing import recompute_since
from sanderling.revenue.rules import Rule
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest

STATUSES = [
    ("SENT", _("Sent")),
    ("DELIVERED", _("Delivered")),
    ("RECEIVED", _("Opened")),
    ("CLICKED", _("Clicked")),
]
RECKONED_ANEW = dt.timedelta(days=90)


class RuleForm(forms.Form):
    """The rule of one channel."""

    status = forms.ChoiceField(label=_("The message must have been"), choices=STATUSES)
    window_hours = forms.IntegerField(
        label=_("Hours before the order"), min_value=1, max_value=rules.LONGEST_WINDOW
    )
    excluded_tags = forms.CharField(
        label=_("Tags that earn nothing"),
        required=False,
        max_length=1000,
        help_text=_("Separated by commas: technical mail, for instance."),
    )

    def tags(self) -> list[str]:
        """Return the tags one by one."""
        parts = str(self.cleaned_data["excluded_tags"]).split(",")
        return [tag.strip() for tag in parts if tag.strip()]


@allowed(Permission.ADMINISTER)
def index(request: PersonRequest) -> HttpResponseBase:
    """Show the rule of every channel; a POST sets one."""
    chosen = request.POST.get("channel", "")
    shown = [(rule, _form(rule, request, chosen)) for rule in _rules(request)]
    for rule, form in shown:
        if request.method == "POST" and rule.media_type == chosen and form.is_valid():
            try:
                _set(request, rule, form)
            except Invalid as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, _("Saved. The last 90 days were reckoned anew."))
                return redirect("revenue-rules")
    status = 400 if request.method == "POST" else 200
    return render(request, "revenue/rules.html", {"rules": shown}, status=status)


def _rules(request: PersonRequest) -> list[Rule]:
    return rules.rules_of(request.organisation.pk)


def _form(rule: Rule, request: PersonRequest, chosen: str) -> RuleForm:
    known = {
        "status": rule.status,
        "window_hours": rule.window_hours,
        "excluded_tags": ", ".join(rule.excluded_tags),
    }
    given = request.POST if rule.media_type == chosen else None
    return RuleForm(given, initial=known, auto_id=f"id_{rule.media_type}_%s")


def _set(request: PersonRequest, rule: Rule, form: RuleForm) -> None:
    rules.set_rule(
        request.organisation.pk,
        rule.media_type,
        status=form.cleaned_data["status"],
        window_hours=form.cleaned_data["window_hours"],
        excluded_tags=form.tags(),
        by=request.actor,
    )
    recompute_since(request.organisation.pk, timezone.now() - RECKONED_ANEW)
