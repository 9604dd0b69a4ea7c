"""The address of the home page."""

from django.urls import path

from sanderling.web.home import undoing, views

urlpatterns = [path("", views.home, name="home"), path("undo", undoing.undo, name="undo")]
