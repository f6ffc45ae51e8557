"""`scanjobs beat`: run the schedule without running jobs."""

from __future__ import annotations

from typing import Annotated

import typer


def beat(
    once: Annotated[bool, typer.Option("--once", help="Submit what is due now, and end.")] = False,
) -> None:
    """Run the schedule alone until Ctrl-C: submit what is due, for workers to run."""
    from scanjobs import config, console, tasks
    from scanjobs.jobs import beat
    from scanjobs.jobs.ticker import Ticker

    settings = config.current()
    console.log_to_stderr(settings)
    tasks.meet_schedule(settings)
    ticker = Ticker(tasks.queue, settings)
    if once:
        beat.run_once(ticker)
    else:
        beat.run(ticker, settings)
