"""Real workers that know the tasks of `tests.fakes`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanjobs import config
from scanjobs.config import Settings
from tests.conftest import DATABASES


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Every test of this floor on both kinds."""
    return str(request.param)


@pytest.fixture(autouse=True)
def fakes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.setenv("SCANJOBS_TASKS", "tests.fakes")
    monkeypatch.setenv("PYTHONPATH", f"{root}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    config.use(config.load())
