"""Every test of notifications on a file and on a server."""

from __future__ import annotations

import pytest

from tests.conftest import DATABASES


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Tests without a database are not run twice."""
    return str(request.param)
