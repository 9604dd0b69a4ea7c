"""Addresses of the settings of sending."""

from django.urls import path

from sanderling.web.sending import views

urlpatterns = [
    path("settings/sending", views.edit, name="sending-gateway"),
    path("settings/sending/check", views.check, name="sending-check"),
    path("settings/sending/test", views.test, name="sending-test"),
    path("settings/sending/signature", views.sign, name="sending-signature"),
]
