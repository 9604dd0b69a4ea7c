"""Addresses of the attribution of revenue."""

from django.urls import path

from sanderling.web.revenue import views

urlpatterns = [path("settings/revenue", views.index, name="revenue-rules")]
