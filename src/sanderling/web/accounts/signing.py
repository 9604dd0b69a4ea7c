"""Sign in, sign out, change organisation or language."""

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from sanderling.accounts import throttling
from sanderling.accounts.models import User
from sanderling.lib.errors import NotFound
from sanderling.web import membership
from sanderling.web.guarding import allowed
from sanderling.web.membership import PersonRequest


class SignInForm(forms.Form):
    """E-mail and password."""

    email = forms.EmailField(
        label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form; check it; count what fails."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _user_of(request, form)
        if user is not None:
            login(request, user)
            return redirect(_next(request))
    return render(request, "accounts/sign_in.html", {"form": form}, status=_status(form))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("accounts-sign-in")


@require_POST
@allowed()
def choose(request: PersonRequest, organisation_id: int) -> HttpResponseBase:
    """Work for another organisation."""
    if not membership.choose(request, organisation_id):
        raise NotFound
    return redirect("home")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie, and at the user."""
    chosen = request.POST.get("language", "")
    response = redirect(_next(request))
    if translation.check_for_language(chosen) and chosen in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400)
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


def _user_of(request: HttpRequest, form: SignInForm) -> User | None:
    """Return the user, or put the reason into the form."""
    email, ip = form.cleaned_data["email"], _address(request)
    try:
        throttling.check(email, ip)
    except throttling.TooManyAttempts as error:
        form.add_error(None, error.message)
        return None
    user = authenticate(request, username=email, password=form.cleaned_data["password"])
    if not isinstance(user, User):
        throttling.failed(email, ip)
        form.add_error(None, _("This email and password do not belong together."))
        return None
    throttling.succeeded(email)
    return user


def _status(form: SignInForm) -> int:
    return 400 if form.is_bound and form.errors else 200


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def _next(request: HttpRequest) -> str:
    """Return where to go, never to another host."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"
