from sanderling.exports.catalogue import DATASETS


def test_the_first_run_makes_all_nine_tables_and_fills_them(world):
    world.everything()
    parts = world.run(world.export())
    counts = {name: part.rows_written for name, part in parts.items()}
    assert counts == {
        "broadcasts": 2,
        "contactActivities": 2,
        "contacts": 3,
        "devices": 1,
        "events": 2,
        "messages": 1,
        "orderItems": 2,
        "orders": 2,
        "revenue": 1,
    }
    for name, dataset in DATASETS.items():
        columns = world.rows(
            "SELECT column_name FROM information_schema.columns "
            f"WHERE table_name = '{name}' ORDER BY ordinal_position"
        )
        assert [row[0] for row in columns] == list(dataset.types)
