"""The two jobs in Huey on PostgreSQL, everything as it is shipped."""

from __future__ import annotations

import os

from huey import PostgresHuey

from peers import trace

huey = PostgresHuey("bench", dsn=os.environ["BENCH_POSTGRES"])


@huey.task()
def noop(payload: str) -> None:
    trace.tally()


@huey.task()
def mark(sent_at: float) -> None:
    trace.mark(sent_at)


submit, send_mark = noop, mark
