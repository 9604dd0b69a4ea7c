"""Which messages read a data source, for the question before it is deleted."""

from django.db.models import Q

from sanderling.messages.models import Message
from sanderling.sources.models import DataSource, PreparedFile


def messages_with_source(organisation_id: int, source_id: int) -> list[str]:
    """Return the messages whose template names the source, in words.

    Asked of the text, not of the parsed template: a message that does not parse at the moment
    still means the source, and one too many is better than one too few.
    """
    ours = {"organisation_id": organisation_id, "pk": source_id}
    source = (
        DataSource.objects.filter(**ours).first() or PreparedFile.objects.filter(**ours).first()
    )
    if source is None:
        return []
    written = [
        form.format(name) for name in (source.name, str(source.pk)) for form in ("'{}'", '"{}"')
    ]
    written.append(f"data.{source.name}")
    named = Q()
    for text in written:
        for part in ("subject", "preheader", "html", "text"):
            named |= Q(**{f"{part}__contains": text}) | Q(
                **{f"translations__{part}__contains": text}
            )
    found = Message.objects.filter(named, organisation_id=organisation_id).distinct()
    return [f"message “{name}”" for name in found.order_by("name").values_list("name", flat=True)]
