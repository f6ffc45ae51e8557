"""The jobs in scanjobs."""

from __future__ import annotations

from peers import hold as holding
from peers import trace
from scanjobs import task


@task()
def noop(payload: str) -> None:
    trace.tally()


@task()
def mark(sent_at: float) -> None:
    trace.mark(sent_at)


@task(retries=0, soft_limit_seconds=None, hard_limit_seconds=holding.LIMIT_SECONDS)
def hold(how: str) -> None:
    holding.hold(how)


submit, send_mark, send_hold = noop, mark, hold
