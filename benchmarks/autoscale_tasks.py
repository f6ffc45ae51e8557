"""What the jobs of the autoscale measurement do: wait, as for a page."""

from __future__ import annotations

import time

from scanjobs import task


@task()
def wait(seconds: float) -> None:
    time.sleep(seconds)
