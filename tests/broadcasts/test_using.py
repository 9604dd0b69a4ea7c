import pytest

from sanderling.broadcasts import drafting
from sanderling.connectors.models import Connector
from sanderling.lib.errors import Conflict
from sanderling.messages import writing
from sanderling.segments import saving as segments
from sanderling.segments.models import Segment
from sanderling.sources import saving as sources
from sanderling.sources.models import DataSource

EVERYBODY = {"field": "email", "operator": "specified"}


def test_a_segment_that_a_campaign_is_to_go_to_cannot_be_deleted(cast):
    here = cast.organisation.pk
    segment = segments.save(here, name="All", condition=EVERYBODY, by=cast.owner)
    message = writing.save(here, name="News", subject="News", html="<p>x</p>", by=cast.owner)
    campaign = drafting.create(
        here, message_id=message.pk, include=[segment.pk], name="News to all", by=cast.owner
    )
    with pytest.raises(Conflict, match="campaign “News to all”"):
        segments.delete(here, segment.pk, by=cast.owner)
    drafting.delete(here, campaign.pk, by=cast.owner)
    segments.delete(here, segment.pk, by=cast.owner)
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    "written", ["$!data.get('codes').get(0)", '$data.get("{id}")', "$data.codes"]
)
def test_a_source_that_a_message_reads_cannot_be_deleted(cast, written):
    here = cast.organisation.pk
    connector = Connector.objects.create(organisation_id=here, name="Shop", host="db.example")
    source = DataSource.objects.create(
        organisation_id=here, connector=connector, name="codes", schema="public", table="codes"
    )
    html = written.replace("{id}", str(source.pk))
    writing.save(here, name="Greeting", subject="Hello", html=html, by=cast.owner)
    with pytest.raises(Conflict, match="message “Greeting”"):
        sources.delete(here, source.pk, by=cast.owner)
    assert DataSource.objects.filter(pk=source.pk).exists()
