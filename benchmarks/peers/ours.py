"""The two jobs in scanjobs."""

from __future__ import annotations

from peers import trace
from scanjobs import task


@task()
def noop(payload: str) -> None:
    trace.tally()


@task()
def mark(sent_at: float) -> None:
    trace.mark(sent_at)


submit, send_mark = noop, mark
