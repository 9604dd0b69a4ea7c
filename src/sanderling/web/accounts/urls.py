"""Addresses of signing in and out."""

from django.urls import path

from sanderling.web.accounts import passwords, signing

urlpatterns = [
    path("sign-in", signing.sign_in, name="accounts-sign-in"),
    path("sign-out", signing.sign_out, name="accounts-sign-out"),
    path("organisations/<int:organisation_id>/choose", signing.choose, name="accounts-choose"),
    path("language", signing.language, name="accounts-language"),
    path("password/forgotten", passwords.Forgotten.as_view(), name="password_reset"),
    path("password/sent", passwords.Sent.as_view(), name="password_reset_done"),
    path("password/<uidb64>/<token>", passwords.Choose.as_view(), name="password_reset_confirm"),
    path("password/chosen", passwords.Chosen.as_view(), name="password_reset_complete"),
]
