import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from partners import CALLBACK, Partner

from sanderling.oauth import registering


@pytest.fixture
def partner(cast) -> Partner:
    """Return an app of Plover with full access."""
    app, secret = registering.register(
        cast.elsewhere.pk, name="Plover CRM", callback=CALLBACK, rights=["full"], by=cast.stranger
    )
    return Partner(app, secret)
