from pathlib import Path

import pytest
import segment_world as cases

from sanderling.accounts.models import Organisation
from sanderling.postgres.statements import fetch
from sanderling.segments import compiling
from sanderling.segments.catalogue import catalogue_of
from sanderling.segments.conditions import parse

FILES = sorted(cases.DIRECTORY.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_condition_finds_exactly_these_people(path: Path, db: None) -> None:
    case = cases.read(path)
    organisation = Organisation.objects.create(
        name="Case", time_zone=case.get("zone", "Europe/Kyiv")
    )
    world = cases.World(case, organisation)
    catalogue = catalogue_of(organisation.pk)
    for check in case["checks"]:
        tree = parse(world.condition(check["condition"]), catalogue)
        compiled = compiling.compile(tree, organisation, now=world.now)
        found = world.names([row[0] for row in fetch(compiled.sql, compiled.params)])
        assert found == sorted(check["expected"]), check["condition"]
