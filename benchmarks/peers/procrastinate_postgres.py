"""The two jobs in Procrastinate."""

from __future__ import annotations

import os

from procrastinate import App, PsycopgConnector

from peers import trace

app = App(connector=PsycopgConnector(conninfo=os.environ["BENCH_POSTGRES"]))
_is_open = False


@app.task(name="noop")
def noop(payload: str) -> None:
    trace.tally()


@app.task(name="mark")
def mark(sent_at: float) -> None:
    trace.mark(sent_at)


def submit(payload: str) -> None:
    _open()
    noop.defer(payload=payload)


def send_mark(sent_at: float) -> None:
    _open()
    mark.defer(sent_at=sent_at)


def _open() -> None:
    """Whoever submits opens it, and makes the tables; a worker opens it by itself."""
    global _is_open
    if not _is_open:
        app.open()
        if not app.check_connection():
            app.schema_manager.apply_schema()
        _is_open = True
