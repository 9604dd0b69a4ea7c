import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from programs import Program, program_of


@pytest.fixture
def api(cast) -> Program:
    """Return a program of Sandpiper with full access."""
    return program_of(cast.owner)


@pytest.fixture
def strange_api(cast) -> Program:
    """Return a program of Plover with full access."""
    return program_of(cast.stranger)
