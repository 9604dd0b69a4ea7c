"""While a customer's database does not answer, runs wait; they do not fail."""

import customer
import pytest
from workflow_world import be_later, chain, start_all, step_all, tell, workflow

from sanderling.segments import saving as segments
from sanderling.workflows.models import Run

pytestmark = pytest.mark.django_db(transaction=True)


def test_runs_wait_for_a_source_that_is_away_and_then_go_on(cast, shop):
    shop.run(customer.PROMO_CODES)
    source = customer.source(customer.connector(shop, cast.owner), cast.owner, table="promo_codes")
    condition = {
        "source": source.pk,
        "where": {"all": [{"column": "promo_code", "operator": "specified"}]},
    }
    segment = segments.save(
        cast.organisation.pk, name="Has a code", condition=condition, by=cast.owner
    )
    ask = {"kind": "in_segment", "segment": str(segment.pk), "yes": "end", "no": "end"}
    workflow(cast, chain(ask))
    tell(cast, cast.dina)
    tell(cast, cast.ivan)
    start_all()
    shop.run("ALTER TABLE promo_codes RENAME TO away")
    for _attempt in range(8):  # more often than a run's own failures would be forgiven
        step_all()
        be_later(hours=2)
    waiting = list(Run.objects.all())
    assert [run.status for run in waiting] == ["WAITING", "WAITING"]
    assert all("promo_codes" in run.error for run in waiting)
    shop.run("ALTER TABLE away RENAME TO promo_codes")
    step_all()
    exits = {run.contact_id: run.path[1]["exit"] for run in Run.objects.all()}
    assert exits == {cast.dina.pk: "yes", cast.ivan.pk: "no"}
    assert set(Run.objects.values_list("status", "error")) == {("FINISHED", "")}
