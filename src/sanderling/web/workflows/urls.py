"""Addresses of workflows."""

from django.urls import path

from sanderling.web.workflows import blocks, launches, views

urlpatterns = [
    path("workflows/", views.index, name="workflows-list"),
    path("workflows/new", views.new, name="workflows-new"),
    path("workflows/<int:workflow_id>", views.show, name="workflows-show"),
    path("workflows/<int:workflow_id>/settings", views.edit, name="workflows-edit"),
    path("workflows/<int:workflow_id>/activation", views.activate, name="workflows-activate"),
    path("workflows/<int:workflow_id>/deactivation", views.deactivate, name="workflows-deactivate"),
    path("workflows/<int:workflow_id>/changes", views.apply, name="workflows-apply"),
    path("workflows/<int:workflow_id>/deletion", views.delete, name="workflows-delete"),
    path("workflows/<int:workflow_id>/blocks", blocks.add, name="workflows-add-block"),
    path("workflows/<int:workflow_id>/blocks/<str:block_id>", blocks.edit, name="workflows-block"),
    path(
        "workflows/<int:workflow_id>/blocks/<str:block_id>/removal",
        blocks.remove,
        name="workflows-remove-block",
    ),
    path("workflows/<int:workflow_id>/launches", launches.index, name="workflows-launches"),
    path("workflows/<int:workflow_id>/launches/stop", launches.stop, name="workflows-stop"),
    path("workflows/<int:workflow_id>/launches/retry", launches.retry, name="workflows-retry"),
    path(
        "workflows/<int:workflow_id>/launches/<int:run_id>",
        launches.show,
        name="workflows-launch",
    ),
]
