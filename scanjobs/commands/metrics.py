"""`scanjobs metrics`: what there is to measure, for Prometheus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def metrics(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write them into a file for node_exporter's textfile collector; whole at every moment.",
        ),
    ] = None,
) -> None:
    """Print measurements in the text format of Prometheus."""
    from scanjobs import config, console
    from scanjobs.maintenance import metrics

    if output is None:
        console.show_text(metrics.metrics_text(config.current()))
    else:
        metrics.write_metrics(config.current(), output.absolute())
