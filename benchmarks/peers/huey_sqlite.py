"""The jobs in Huey on SQLite, everything as it is shipped."""

from __future__ import annotations

from huey import SqliteHuey

from peers import hold as holding
from peers import trace

huey = SqliteHuey(filename=str(trace.FOLDER / "huey.db"))


@huey.task()
def noop(payload: str) -> None:
    trace.tally()


@huey.task()
def mark(sent_at: float) -> None:
    trace.mark(sent_at)


@huey.task(timeout=holding.LIMIT_SECONDS)
def hold(how: str) -> None:
    holding.hold(how)


submit, send_mark, send_hold = noop, mark, hold
