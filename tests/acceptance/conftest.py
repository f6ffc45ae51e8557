"""What acceptance tests share: the bundled shop, a scan of it, disks that are full or read-only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SCANJOBS

DEMO = Path(__file__).parents[2] / "scanjobs" / "demo"
HAR = Path(__file__).parents[1] / "data" / "har"


@pytest.fixture
def shop(scanjobs: Callable[..., subprocess.CompletedProcess[str]]) -> str:
    """The id of a scan of the bundled shop in its three phases."""
    done = scanjobs("import", DEMO / "manifest.toml", "--json")
    assert done.returncode == 0, done.stderr
    identifier: str = json.loads(done.stdout)[0]["id"]
    return identifier


@pytest.fixture
def mounted(settings: object) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line where something is mounted for it alone, such as a disk of 300 KB."""
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    able = shutil.which("unshare") and not subprocess.run([*unshare, "true"], capture_output=True).returncode
    if not able and "mounts" in os.environ.get("SCANJOBS_REQUIRE", ""):
        pytest.fail("this machine does not let us mount anything, and SCANJOBS_REQUIRE asks for it")
    if not able:
        pytest.skip("this machine does not let us mount anything")

    def run(mount: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        words = [*SCANJOBS, *map(str, arguments)]
        return subprocess.run(
            [*unshare, "sh", "-ec", f'{mount}; exec "$@"', "sh", *words],
            capture_output=True,
            text=True,
            timeout=90,
        )

    return run
