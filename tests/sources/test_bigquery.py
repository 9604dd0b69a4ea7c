"""A table of BigQuery is a source like any other: asked live, or by a copy."""

import customer
import pytest
from bigquery_server import BigQueryServer
from cast import Cast

from sanderling.accounts.models import Organisation
from sanderling.contacts.models import Contact
from sanderling.segments import counting, evaluating, explaining
from sanderling.sources import copies, copying, fetching
from sanderling.sources import saving as sources
from sanderling.sources.fetching import SourceUnavailable
from sanderling.sources.models import DataSource

ROWS = """
INSERT INTO shop.scores VALUES
  ('kozak@example.com', 0.9, 'vip'), ('KOZAK@example.com', 0.2, 'new'),
  ('ivan@example.com', 0.5, NULL), ('nobody@example.com', 1.0, 'vip')
"""


@pytest.fixture
def google(warehouse: BigQueryServer, bigquery: None) -> BigQueryServer:
    place = {"projectId": warehouse.project, "datasetId": "shop"}
    types = (("email", "STRING"), ("score", "FLOAT64"), ("label", "STRING"))
    warehouse.store.insert_dataset({"datasetReference": place, "location": "EU"})
    warehouse.store.insert_table(
        "shop",
        {
            "tableReference": {**place, "tableId": "scores"},
            "schema": {"fields": [{"name": name, "type": type_} for name, type_ in types]},
        },
    )
    warehouse.store.duck.execute(ROWS)
    return warehouse


@pytest.fixture
def source(cast: Cast, google: BigQueryServer) -> DataSource:
    Contact.objects.filter(pk=cast.dina.pk).update(email="kozak@example.com")
    Contact.objects.filter(pk=cast.ivan.pk).update(email="ivan@example.com")
    connector = customer.bigquery_connector(google, cast.owner, key_column="email")
    return sources.create(
        cast.organisation.pk, connector.pk, schema="shop", table="scores", name="scores",
        by=cast.owner,
    )  # fmt: skip


def found(source: DataSource, organisation: Organisation) -> list[int]:
    test = {"column": "score", "operator": ">", "value": 0.4}
    tree = evaluating.parsed({"source": source.pk, "where": {"all": [test]}}, organisation)
    return sorted(person.pk for person in counting.look(tree, organisation).people)


def test_rows_of_a_batch_are_one_query(cast: Cast, source: DataSource) -> None:
    rows = fetching.rows_for([source], [cast.dina.pk, cast.ivan.pk, cast.ghost.pk])[source.pk]
    assert sorted(row["label"] for row in rows[cast.dina.pk]) == ["new", "vip"]
    assert rows[cast.ivan.pk] == [{"email": "ivan@example.com", "score": "0.5"}]
    assert rows[cast.ghost.pk] == []


def test_a_segment_asks_bigquery(cast: Cast, source: DataSource) -> None:
    assert found(source, cast.organisation) == sorted([cast.dina.pk, cast.ivan.pk])


def test_the_plan_says_what_is_paid_for(cast: Cast, source: DataSource) -> None:
    tree = evaluating.parsed({"source": source.pk}, cast.organisation)
    lines = explaining.explain(tree, cast.organisation).lines
    assert "MB of shop.scores each time; it bills 10 MB at least." in lines[0]


def test_a_copy_is_asked_without_a_query(
    cast: Cast, source: DataSource, google: BigQueryServer
) -> None:
    live = fetching.rows_for([source], [cast.ivan.pk])[source.pk]
    copies.keep(cast.organisation.pk, source.pk, by=cast.owner)
    assert copying.run_due() == 1
    google.store.duck.execute("DELETE FROM shop.scores")
    kept = sources.get(cast.organisation.pk, source.pk)
    assert fetching.rows_for([kept], [cast.ivan.pk])[source.pk] == live
    assert found(kept, cast.organisation) == sorted([cast.dina.pk, cast.ivan.pk])


def test_a_question_beyond_the_cap_is_an_outage_and_nothing_is_sent(
    cast: Cast, source: DataSource, settings
) -> None:
    settings.BIGQUERY_MOST_GB = 0.000001
    with pytest.raises(SourceUnavailable, match="Data source “scores”: The query would read more"):
        fetching.rows_for([source], [cast.dina.pk])
