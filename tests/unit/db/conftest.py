"""Every test of the database on a file and on a server."""

from __future__ import annotations

import pytest

from tests.conftest import DATABASES


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Every test of this floor on both kinds."""
    return str(request.param)
