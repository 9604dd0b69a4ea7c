"""Draw form fields the same way on every page."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()

CLASSES = {"checkbox": "form-check-input", "select": "form-select", "file": "form-control"}


@register.filter
def as_control(field: BoundField) -> SafeString:
    """Return the widget with its class and its links to hint and errors."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    classes = f"{CLASSES.get(kind, 'form-control')} {widget.attrs.get('class', '')}"
    attributes: dict[str, str | bool] = {"class": classes.strip()}
    if field.errors:
        attributes["class"] = f"{attributes['class']} is-invalid"
        attributes["aria-invalid"] = "true"
    described = [f"{field.id_for_label}_{part}" for part in _descriptions(field)]
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attributes)


def _descriptions(field: BoundField) -> list[str]:
    hint = ["hint"] if field.help_text else []
    return [*hint, *(["error"] if field.errors else [])]
