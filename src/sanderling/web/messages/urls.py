"""Addresses of messages."""

from django.urls import path

from sanderling.web.messages import editing, shorts, testing, views

urlpatterns = [
    path("messages/", views.index, name="messages-list"),
    path("messages/new", editing.new, name="messages-new"),
    path("messages/preview", editing.preview_words, name="messages-preview"),
    path("messages/preview/short", shorts.preview, name="messages-preview-short"),
    path("messages/preview/page", editing.preview_page, name="messages-preview-page"),
    path("messages/test", testing.test, name="messages-test"),
    path("messages/<int:message_id>", editing.edit, name="messages-edit"),
    path("messages/<int:message_id>/copy", views.copy, name="messages-copy"),
    path("messages/<int:message_id>/delete", views.delete, name="messages-delete"),
    path("messages/<int:message_id>/languages", editing.add_language, name="messages-languages"),
    path(
        "messages/<int:message_id>/languages/<str:language>",
        editing.edit_language,
        name="messages-language",
    ),
    path(
        "messages/<int:message_id>/languages/<str:language>/delete",
        editing.remove_language,
        name="messages-language-delete",
    ),
]
