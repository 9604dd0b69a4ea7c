from sanderling.exports import comparing, requesting, running
from sanderling.exports.models import Comparison, Export


def results(export):
    return {row.dataset: row for row in Comparison.objects.filter(export=export)}


def test_after_a_run_both_sides_are_equal_in_all_nine_datasets(world):
    world.everything()
    world.cast.ivan.email = "ї" * 60 + "@example.com"
    world.cast.ivan.save(update_fields=["email"])
    export = world.export()
    world.run(export)
    comparing.compare(export)
    found = results(export)
    assert {name: (row.days, row.error) for name, row in found.items()} == {
        name: ([], "") for name in export.datasets
    }
    assert {name: row.rows_here for name, row in found.items()} == {
        name: row.rows_there for name, row in found.items()
    }
    assert found["contacts"].rows_here == 3


def test_a_row_that_was_tampered_with_there_is_found_by_its_day(world):
    world.order("O-1")
    export = world.export("orders")
    world.run(export)
    world.rows('UPDATE orders SET "totalCost" = 1')
    comparing.compare(export)
    row = results(export)["orders"]
    assert row.days == [{"day": "2026-11-20", "here": 1, "there": 1, "waiting": 0}]
    assert not row.is_equal


def test_a_row_that_waits_for_the_next_run_is_no_fault(world):
    world.order("O-1")
    export = world.export("orders")
    world.run(export)
    world.order("O-2")
    comparing.compare(export)
    row = results(export)["orders"]
    assert row.days == [{"day": "2026-11-20", "here": 2, "there": 1, "waiting": 1}]
    assert row.is_equal


def test_values_that_were_cut_are_compared_as_they_were_cut(world):
    export = world.export("contacts")
    world.run(export)
    world.rows("CREATE VIEW mine AS SELECT email FROM contacts")
    world.cast.ivan.email = "x" * 60 + "@example.com"
    world.cast.ivan.save(update_fields=["email"])
    world.run(export)
    comparing.compare(export)
    assert results(export)["contacts"].days == []


def test_an_activity_tells_the_external_id_of_its_time_and_that_is_no_difference(world):
    world.activity("CLICKED")
    export = world.export("contactActivities")
    world.run(export)
    world.cast.dina.external_id = "C-new"
    world.cast.dina.save(update_fields=["external_id"])
    comparing.compare(export)
    assert world.rows('SELECT "externalCustomerId" FROM "contactActivities"') == [("C-1",)]
    assert results(export)["contactActivities"].days == []


def test_a_dataset_that_never_ran_says_so(world):
    export = world.export("contacts")
    comparing.compare(export)
    assert results(export)["contacts"].error == "This dataset was not exported yet."


def test_asking_for_a_comparison_runs_first_and_compares_then(world):
    export = world.export("contacts")
    requesting.compare_now(world.cast.organisation.pk, export.pk, by=world.cast.owner)
    assert running.run_due() == 1
    assert results(export)["contacts"].is_equal
    assert Export.objects.get().compare_requested_at is None
    assert running.run_due() == 0
