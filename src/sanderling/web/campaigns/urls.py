"""Addresses of campaigns; what can be done to one is a POST to a thing of that name."""

from django.urls import path

from sanderling.web.campaigns import acting, making, views

urlpatterns = [
    path("campaigns/", views.index, name="campaigns-list"),
    path("campaigns/new", making.new, name="campaigns-new"),
    path("campaigns/estimate", making.estimate, name="campaigns-estimate"),
    path("campaigns/<int:campaign_id>", views.show, name="campaigns-show"),
    path("campaigns/<int:campaign_id>/progress", views.progress, name="campaigns-progress"),
    path("campaigns/<int:campaign_id>/dry-run", views.dry_run, name="campaigns-dry-run"),
    path("campaigns/<int:campaign_id>/start", acting.start, name="campaigns-start"),
    path("campaigns/<int:campaign_id>/schedule", acting.schedule, name="campaigns-schedule"),
    path("campaigns/<int:campaign_id>/unschedule", acting.unschedule, name="campaigns-unschedule"),
    path("campaigns/<int:campaign_id>/approve", acting.approve, name="campaigns-approve"),
    path("campaigns/<int:campaign_id>/block", acting.block, name="campaigns-block"),
    path("campaigns/<int:campaign_id>/pause", acting.pause, name="campaigns-pause"),
    path("campaigns/<int:campaign_id>/resume", acting.resume, name="campaigns-resume"),
    path("campaigns/<int:campaign_id>/stop", acting.stop, name="campaigns-stop"),
    path("campaigns/<int:campaign_id>/delete", acting.delete, name="campaigns-delete"),
    path("campaigns/<int:campaign_id>/resend", acting.resend, name="campaigns-resend"),
    path("campaigns/<int:campaign_id>/count-as-sent", acting.count, name="campaigns-count"),
]
