"""The two jobs in Huey on SQLite, everything as it is shipped."""

from __future__ import annotations

from huey import SqliteHuey

from peers import trace

huey = SqliteHuey(filename=str(trace.FOLDER / "huey.db"))


@huey.task()
def noop(payload: str) -> None:
    trace.tally()


@huey.task()
def mark(sent_at: float) -> None:
    trace.mark(sent_at)


submit, send_mark = noop, mark
