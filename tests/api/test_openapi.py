import json
import re

from django.test import Client

from sanderling.api.openapi import described
from sanderling.api.operations import OPERATIONS
from sanderling.api.samples import SAMPLES


def test_every_method_is_described_once(db):
    document = Client().get("/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    methods = [(m, p) for p, verbs in document["paths"].items() for m in verbs]
    assert len(methods) == len(set(methods)) == len(OPERATIONS)
    ids = [verb["operationId"] for verbs in document["paths"].values() for verb in verbs.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere():
    document = described()
    wanted = set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(document)))
    assert wanted
    assert wanted <= set(document["components"]["schemas"])


def test_every_parameter_of_a_path_is_described():
    for path, verbs in described()["paths"].items():
        for verb in verbs.values():
            names = {one["name"] for one in verb["parameters"] if one["in"] == "path"}
            assert names == set(re.findall(r"\{(\w+)\}", path))


def test_the_page_shows_every_method(db):
    page = Client().get("/api/docs").content.decode()
    for one in OPERATIONS:
        assert f"/api{one.path}</code>" in page
    assert "<code>dedupeOn</code>: string" in page


def test_every_sample_is_taken_as_it_stands(api, cast, settings):
    settings.API_REPEAT_SECONDS = 0
    known = {f"{one.method} {one.path}" for one in OPERATIONS}
    assert set(SAMPLES) <= known
    document = described()
    for name, sample in SAMPLES.items():
        method, path = name.split()
        answer = api.call(method, path, sample)
        assert answer.status_code == 200, (name, answer.content)
        shown = document["paths"][f"/api{path}"][method.lower()]["requestBody"]["content"]
        assert shown["application/json"]["example"] == sample
    page = Client().get("/api/docs").content.decode()
    assert page.count("<pre") == len(SAMPLES)
    assert "externalOrderId" in page
    assert "[{id: integer, name: string, type: string}]" in page
    assert "``" not in page
