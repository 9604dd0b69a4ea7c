"""Everything we keep about one contact, as a person may ask for it (GDPR, article 15)."""

from typing import Any

from django.forms.models import model_to_dict

from sanderling.contacts import consent, devices, fields, finding, lists
from sanderling.contacts.models import ContactKey, Device

HIDDEN = ("organisation", "contact", "changed", "pk")


def everything(organisation_id: int, contact_id: int) -> dict[str, Any]:
    """Return the contact with fields by name, keys, lists, subscriptions and devices."""
    contact = finding.get(organisation_id, contact_id)
    names = {str(key): field.name for key, field in fields.catalogue(organisation_id).items()}
    told = {key: value for key, value in model_to_dict(contact).items() if key not in HIDDEN}
    return told | {
        "id": contact.pk,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "fields": {names.get(key, key): value for key, value in contact.fields.items()},
        "keys": list(
            ContactKey.objects.filter(organisation_id=organisation_id, contact_id=contact_id)
            .order_by("kind", "value")
            .values("kind", "value")
        ),
        "lists": [row.name for row in lists.of_contact(organisation_id, contact_id)],
        "subscriptions": consent.wanted_by(organisation_id, contact_id),
        "devices": [
            _of_device(device) for device in devices.of_contact(organisation_id, contact_id)
        ],
    }


def _of_device(device: Device) -> dict[str, Any]:
    return {key: value for key, value in model_to_dict(device).items() if key not in HIDDEN}
