import pytest
from cast import Cast

from sanderling.accounts.actors import Actor
from sanderling.lib.errors import Conflict, Forbidden, Invalid, NotFound
from sanderling.segments import counting, saving
from sanderling.segments.conditions import BadCondition
from sanderling.segments.models import Segment
from sanderling.sources import saving as sources
from sanderling.sources.models import DataSource

HAS_EMAIL = {"field": "email", "operator": "specified"}


def keep(cast: Cast, name: str, condition: object, segment_id: int | None = None) -> Segment:
    return saving.save(
        cast.organisation.pk, name=name, condition=condition, segment_id=segment_id, by=cast.owner
    )


def test_a_bad_condition_changes_nothing(cast: Cast) -> None:
    segment = keep(cast, "With email", HAS_EMAIL)
    with pytest.raises(BadCondition) as problem:
        keep(cast, "Renamed", {"all": [{"field": "shoe"}]}, segment.pk)
    assert list(problem.value.problems) == ["all[0].field"]
    segment.refresh_from_db()
    assert (segment.name, segment.condition) == ("With email", HAS_EMAIL)


def test_a_changed_condition_forgets_the_size(cast: Cast) -> None:
    segment = keep(cast, "With email", HAS_EMAIL)
    counting.recount(segment)
    assert keep(cast, "Renamed", HAS_EMAIL, segment.pk).size == 2
    assert keep(cast, "Renamed", {"all": []}, segment.pk).size is None


def test_segments_cannot_contain_each_other(cast: Cast) -> None:
    first = keep(cast, "First", HAS_EMAIL)
    second = keep(cast, "Second", {"segment": first.pk, "operator": "not_in"})
    with pytest.raises(BadCondition, match="contains itself"):
        keep(cast, "First", {"any": [{"segment": second.pk, "operator": "in"}]}, first.pk)
    with pytest.raises(BadCondition, match="contains itself"):
        keep(cast, "First", {"segment": first.pk, "operator": "in"}, first.pk)
    first.refresh_from_db()
    assert first.condition == HAS_EMAIL


def test_a_segment_in_use_is_not_deleted(cast: Cast) -> None:
    first = keep(cast, "First", HAS_EMAIL)
    second = keep(cast, "Second", {"all": [{"segment": str(first.pk), "operator": "in"}]})
    with pytest.raises(Conflict, match="segment “Second”"):
        saving.delete(cast.organisation.pk, first.pk, by=cast.owner)
    saving.delete(cast.organisation.pk, second.pk, by=cast.owner)
    saving.delete(cast.organisation.pk, first.pk, by=cast.owner)
    assert Segment.objects.count() == 0


def test_a_source_is_not_deleted_under_a_segment(cast: Cast, spending: DataSource) -> None:
    keep(cast, "Rich", {"none": [{"source": spending.pk}]})
    with pytest.raises(Conflict, match="segment “Rich”"):
        sources.delete(cast.organisation.pk, spending.pk, by=cast.owner)
    assert DataSource.objects.count() == 1


def test_a_copy_has_a_name_of_its_own(cast: Cast) -> None:
    first = keep(cast, "First", HAS_EMAIL)
    names = [saving.copy(cast.organisation.pk, first.pk, by=cast.owner).name for _ in range(2)]
    assert names == ["First (2)", "First (3)"]


def test_two_segments_cannot_share_a_name(cast: Cast) -> None:
    keep(cast, "First", HAS_EMAIL)
    with pytest.raises(Invalid) as problem:
        keep(cast, " First ", HAS_EMAIL)
    assert list(problem.value.problems) == ["name"]
    assert Segment.objects.count() == 1


def test_a_stranger_and_a_viewer_cannot_touch_our_segment(cast: Cast) -> None:
    segment = keep(cast, "First", HAS_EMAIL)
    viewer = Actor(cast.organisation.pk, "viewer")
    with pytest.raises(Forbidden):
        saving.delete(cast.organisation.pk, segment.pk, by=viewer)
    with pytest.raises(NotFound):
        saving.delete(cast.elsewhere.pk, segment.pk, by=cast.stranger)
    with pytest.raises(BadCondition):
        saving.save(
            cast.elsewhere.pk,
            name="Peek",
            condition={"segment": segment.pk, "operator": "in"},
            by=cast.stranger,
        )
    assert Segment.objects.count() == 1
