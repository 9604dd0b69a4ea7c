"""The endpoint of the tests, asked by the official client: what the writer relies on must hold."""

import datetime as dt
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bigquery_client import client_of
from bigquery_server import cut, status
from bigquery_server.tokens import Accounts
from google.api_core.exceptions import (
    BadRequest,
    Conflict,
    Forbidden,
    GoogleAPICallError,
    NotFound,
    PreconditionFailed,
)  # fmt: skip
from google.auth.exceptions import RefreshError
from google.cloud import bigquery
from google.cloud.bigquery import SchemaField

AT = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
PEOPLE = [
    SchemaField("id", "INT64"), SchemaField("name", "STRING"), SchemaField("born", "TIMESTAMP"),
]  # fmt: skip
MERGE = (
    "MERGE `shop.people` AS T USING `shop.stage` AS S ON T.id = S.id"
    " WHEN MATCHED THEN UPDATE SET name = S.name"
    " WHEN NOT MATCHED THEN INSERT (id, name, born) VALUES (S.id, S.name, S.born)"
)


@pytest.fixture
def client(warehouse):
    with client_of(warehouse) as client:
        client.create_dataset("shop")
        yield client


def table(client, name="people", schema=PEOPLE):
    made = bigquery.Table(f"{client.project}.shop.{name}", schema=schema)
    made.time_partitioning = bigquery.TimePartitioning(type_="MONTH", field="born")
    return client.create_table(made)


def parquet(*rows, **more):
    columns = {
        "id": pa.array([row[0] for row in rows], pa.int64()),
        "name": pa.array([row[1] for row in rows], pa.string()),
        "born": pa.array([AT] * len(rows), pa.timestamp("us", "UTC")),
        **more,
    }
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    file.seek(0)
    return file


def load(client, file, name="people", *, job_id=None, size=None, **config):
    told = bigquery.LoadJobConfig(source_format="PARQUET", **config)
    job = client.load_table_from_file(
        file, f"{client.project}.shop.{name}", job_config=told, job_id=job_id, size=size
    )
    while job.state != "DONE":  # asked at once: the client's own pauses begin with a second
        job.reload()
    return job.result(timeout=10)


def names(warehouse, table="people"):
    return warehouse.rows(f"SELECT id, name FROM shop.{table} ORDER BY id, name")


def test_a_token_is_given_for_a_signature_of_the_key_and_for_no_other(warehouse):
    stranger = Accounts(warehouse.project)
    with client_of(warehouse, stranger.key_file()) as client, pytest.raises(RefreshError):
        client.get_dataset("shop", retry=None)
    assert [request.path for request in warehouse.faults.seen] == ["/token"]


def test_a_token_that_is_void_is_asked_for_once_more(client, warehouse):
    client.get_dataset("shop")
    warehouse.accounts.forget()
    before = len(warehouse.faults.seen)
    assert client.get_dataset("shop").location == "US"
    paths = [request.path.rsplit("/", 1)[-1] for request in warehouse.faults.seen[before:]]
    assert paths == ["shop", "token", "shop"]


@pytest.mark.parametrize("size", ["resumable", "multipart"])
def test_a_file_is_loaded_whole_and_its_job_id_is_used_once(client, warehouse, size):
    table(client)

    def sent(file):
        length = len(file.getvalue()) if size == "multipart" else None
        return load(client, file, job_id="load-1", size=length)

    job = sent(parquet((1, "Dina"), (2, "Ivan")))
    assert (job.output_rows, job.state, job.error_result) == (2, "DONE", None)
    with pytest.raises(Conflict):
        sent(parquet((3, "Olha")))
    assert names(warehouse) == [(1, "Dina"), (2, "Ivan")]


def test_dispositions_say_what_becomes_of_rows_and_tables(client, warehouse):
    with pytest.raises(NotFound):
        load(client, parquet((1, "Dina")), create_disposition="CREATE_NEVER")
    load(client, parquet((1, "Dina")))  # makes the table
    load(client, parquet((2, "Ivan")))
    assert names(warehouse) == [(1, "Dina"), (2, "Ivan")]
    with pytest.raises(Conflict):
        load(client, parquet((3, "Olha")), write_disposition="WRITE_EMPTY")
    load(client, parquet((4, "Petro")), write_disposition="WRITE_TRUNCATE")
    assert names(warehouse) == [(4, "Petro")]


def test_a_column_that_the_table_has_not_is_refused_unless_it_may_be_added(client, warehouse):
    table(client)
    more = {"city": pa.array(["Lviv"])}
    with pytest.raises(BadRequest, match="Cannot add fields"):
        load(client, parquet((1, "Dina"), **more))
    assert names(warehouse) == []
    load(client, parquet((1, "Dina"), **more), schema_update_options=["ALLOW_FIELD_ADDITION"])
    assert warehouse.rows("SELECT id, city FROM shop.people") == [(1, "Lviv")]
    assert [field.name for field in client.get_table("shop.people").schema][-1] == "city"


def test_a_column_of_another_type_is_refused(client, warehouse):
    table(client, schema=[PEOPLE[0], SchemaField("name", "INT64"), PEOPLE[2]])
    with pytest.raises(BadRequest, match="Field name has changed type from INTEGER to STRING"):
        load(client, parquet((1, "Dina")))
    assert names(warehouse) == []


def test_rows_come_as_lines_of_json_too(client, warehouse):
    table(client)
    rows = [{"id": 1, "name": "Dina", "born": "2026-03-05T00:00:00Z"}, {"id": 2}]
    client.load_table_from_json(
        rows, f"{client.project}.shop.people", job_config=bigquery.LoadJobConfig(schema=PEOPLE)
    ).result(timeout=10)
    assert names(warehouse) == [(1, "Dina"), (2, None)]


def test_a_stale_etag_changes_nothing(client):
    stale = table(client)
    fresh = client.get_table("shop.people")
    fresh.labels = {"low": "1"}
    fresh = client.update_table(fresh, ["labels"])
    stale.labels = {"low": "2"}
    with pytest.raises(PreconditionFailed):
        client.update_table(stale, ["labels"])
    assert client.get_table("shop.people").labels == {"low": "1"}
    load(client, parquet((1, "Dina")))  # rows change the ETag, too
    with pytest.raises(PreconditionFailed):
        client.update_table(fresh, ["labels"])


def test_a_merge_counts_what_it_did(client, warehouse):
    table(client)
    table(client, "stage")
    load(client, parquet((1, "Dina")))
    load(client, parquet((1, "Diana"), (2, "Ivan")), "stage")
    job = client.query(MERGE)
    job.result(timeout=10)
    done = job.dml_stats
    assert (done.inserted_row_count, done.updated_row_count, done.deleted_row_count) == (1, 1, 0)
    assert job.statement_type == "MERGE"
    assert names(warehouse) == [(1, "Diana"), (2, "Ivan")]


def test_a_merge_of_two_rows_into_one_is_refused(client, warehouse):
    table(client)
    table(client, "stage")
    load(client, parquet((1, "Dina")))
    load(client, parquet((1, "Diana"), (1, "Dinah")), "stage")
    with pytest.raises(BadRequest, match="at most one source row"):
        client.query(MERGE).result(timeout=10)
    assert names(warehouse) == [(1, "Dina")]


def test_a_script_that_fails_leaves_nothing_of_its_transaction(client, warehouse):
    table(client)
    load(client, parquet((1, "Dina")))
    script = (
        "BEGIN TRANSACTION; DELETE FROM `shop.people` WHERE true;"
        "INSERT INTO `shop.people` (id) SELECT 1 / 0; COMMIT TRANSACTION;"
    )
    with pytest.raises(BadRequest):
        client.query(script.replace("1 / 0", "CAST('x' AS INT64)")).result(timeout=10)
    assert names(warehouse) == [(1, "Dina")]
    job = client.query(script.replace("1 / 0", "7"))
    job.result(timeout=10)
    assert names(warehouse) == [(7, None)]
    kinds = {child.statement_type: child.dml_stats for child in client.list_jobs(parent_job=job)}
    assert kinds["DELETE"].deleted_row_count == kinds["INSERT"].inserted_row_count == 1


def test_arrays_and_scalars_are_parameters(client):
    table(client)
    load(client, parquet((1, "Dina"), (2, "Ivan"), (3, "Olha")))
    told = bigquery.QueryJobConfig(
        query_parameters=[
            bigquery.ArrayQueryParameter("ids", "INT64", [1, 3]),
            bigquery.ScalarQueryParameter("since", "TIMESTAMP", AT),
        ]
    )
    query = "SELECT name, born FROM shop.people WHERE id IN UNNEST(@ids) AND born >= @since"
    rows = list(client.query(f"{query} ORDER BY id", job_config=told).result(timeout=10))
    assert [tuple(row) for row in rows] == [("Dina", AT), ("Olha", AT)]


def test_rows_come_in_pages(client):
    table(client)
    load(client, parquet(*((number, None) for number in range(25))))
    rows = client.query("SELECT id FROM shop.people ORDER BY id").result(page_size=10, timeout=10)
    assert [len(list(page)) for page in rows.pages] == [10, 10, 5]
    assert len(list(client.list_rows("shop.people", page_size=10))) == 25


def test_a_dry_run_tells_the_bytes_and_constants_leave_months_out(client, warehouse):
    table(client)
    load(client, parquet((1, "Dina"), (2, "Ivan")))
    dry = bigquery.QueryJobConfig(dry_run=True)
    query = "SELECT name FROM shop.people WHERE born BETWEEN TIMESTAMP '{}' AND TIMESTAMP '{}'"
    near = client.query(query.format("2026-03-20", "2026-04-01"), job_config=dry)
    far = client.query(query.format("2026-05-01", "2026-06-01"), job_config=dry)
    assert (near.total_bytes_processed, far.total_bytes_processed) == (2 * (6 + 8), 0)
    capped = bigquery.QueryJobConfig(maximum_bytes_billed=1000)
    with pytest.raises(GoogleAPICallError, match="bytes billed"):
        client.query("SELECT name FROM shop.people", job_config=capped).result(timeout=10)


def test_a_project_without_billing_refuses_dml_and_loads(client, warehouse):
    table(client)
    table(client, "stage")
    warehouse.store.billing = False
    with pytest.raises(Forbidden, match="Billing has not been enabled"):
        client.query(MERGE, job_config=bigquery.QueryJobConfig(dry_run=True))
    load(client, parquet((1, "Dina")))
    assert names(warehouse) == [(1, "Dina")]


def test_a_view_made_by_sql_is_in_the_metadata(client):
    table(client)
    load(client, parquet((1, "Dina")))
    sql = "CREATE OR REPLACE VIEW `{}.shop.adults` AS SELECT name FROM `{}.shop.people`"
    client.query(sql.format(client.project, client.project)).result(timeout=10)
    found = client.query("SELECT table_name, table_type FROM shop.INFORMATION_SCHEMA.TABLES")
    rows = {tuple(row) for row in found.result(timeout=10)}
    assert rows == {("people", "BASE TABLE"), ("adults", "VIEW")}
    assert [tuple(r) for r in client.query("SELECT * FROM shop.adults").result()] == [("Dina",)]


@pytest.mark.parametrize(
    "line", ["PUT /upload", "POST /upload", "POST .*/jobs", "GET .*/jobs/", "GET .*/datasets"]
)
def test_the_client_survives_an_endpoint_that_is_down_for_a_moment(client, warehouse, line):
    table(client)
    warehouse.faults.order(line, status(503))
    client.get_dataset("shop")
    load(client, parquet((1, "Dina")))
    client.query("SELECT 1").result(timeout=10)
    assert names(warehouse) == [(1, "Dina")]


def test_an_answer_that_is_lost_leaves_the_rows_there_once(client, warehouse):
    table(client)
    warehouse.faults.order("PUT /upload", cut, after=True)
    load(client, parquet((1, "Dina")), job_id="load-1")
    assert len([r for r in warehouse.faults.seen if r.method == "PUT"]) == 2
    assert names(warehouse) == [(1, "Dina")]


def test_denied_is_denied_at_once(client, warehouse):
    warehouse.faults.order("GET .*/datasets/shop", status(403, "accessDenied", "No."), times=9)
    before = len(warehouse.faults.seen)
    with pytest.raises(Forbidden):
        client.get_dataset("shop")
    assert len(warehouse.faults.seen) - before == 1
