"""Addresses of contacts and all that belongs to them."""

from django.urls import path

from sanderling.web.contacts import (
    cards,
    categories,
    editing,
    fields,
    imports,
    listing,
    lists,
    suppressions,
)

IMPORT = "contacts/imports/<int:import_id>/"

urlpatterns = [
    path("contacts/", listing.index, name="contacts-list"),
    path("contacts/new", editing.new, name="contacts-new"),
    path("contacts/<int:contact_id>", cards.show, name="contacts-show"),
    path("contacts/<int:contact_id>/edit", editing.edit, name="contacts-edit"),
    path("contacts/<int:contact_id>/delete", cards.delete, name="contacts-delete"),
    path("contacts/<int:contact_id>/restore", cards.restore, name="contacts-restore"),
    path("contacts/<int:contact_id>/erase", cards.erase, name="contacts-erase"),
    path("contacts/<int:contact_id>/lists", cards.change_lists, name="contacts-card-lists"),
    path("contacts/<int:contact_id>/consent", cards.change_consent, name="contacts-consent"),
    path("contacts/<int:contact_id>/confirmation", cards.remind, name="contacts-remind"),
    path("contacts/<int:contact_id>/data.json", cards.everything, name="contacts-data"),
    path("contacts/lists/", lists.index, name="contacts-lists"),
    path("contacts/lists/<int:list_id>", lists.rename, name="contacts-list-rename"),
    path("contacts/lists/<int:list_id>/delete", lists.delete, name="contacts-list-delete"),
    path("contacts/fields/", fields.index, name="contacts-fields"),
    path("contacts/fields/new", fields.new, name="contacts-field-new"),
    path("contacts/fields/<int:field_id>", fields.edit, name="contacts-field-edit"),
    path("contacts/fields/<int:field_id>/delete", fields.delete, name="contacts-field-delete"),
    path(
        "contacts/fields/groups/<int:group_id>/delete",
        fields.delete_group,
        name="contacts-field-group-delete",
    ),
    path("contacts/categories/", categories.index, name="contacts-categories"),
    path(
        "contacts/categories/<int:category_id>/delete",
        categories.delete,
        name="contacts-category-delete",
    ),
    path("contacts/imports/", imports.index, name="contacts-imports"),
    path("contacts/imports/<int:import_id>", imports.show, name="contacts-import"),
    path(IMPORT + "reading", imports.reread, name="contacts-import-reading"),
    path(IMPORT + "discard", imports.discard, name="contacts-import-discard"),
    path(IMPORT + "progress", imports.progress, name="contacts-import-progress"),
    path(IMPORT + "rejects.csv", imports.rejects, name="contacts-import-rejects"),
    path("contacts/suppressions/", suppressions.index, name="contacts-suppressions"),
    path(
        "contacts/suppressions/release",
        suppressions.release,
        name="contacts-suppression-release",
    ),
]
