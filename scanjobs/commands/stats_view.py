"""How statistics of jobs look in a terminal of eighty columns, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from scanjobs import console
from scanjobs.domain.statistics import HOUR, RELATIVE_ERROR, Durations
from scanjobs.maintenance.statistics import By, Row, Statistics, Step

QUANTILES = (0.5, 0.95, 0.99)
MOST_BARS = 24
_BARS = "▁▂▃▄▅▆▇█"


def statistics_view(found: Statistics) -> Iterator[RenderableType]:
    """Counts, durations, and when it happened: a table each."""
    rows = [*found.rows, *([found.total] if len(found.rows) > 1 else [])]
    names = _names(found)
    yield _counts(found.by, rows, names)
    yield ""
    yield _durations(found.by, rows, names)
    yield ""
    yield from _over_time(found, rows, names)


def as_json(found: Statistics) -> dict[str, Any]:
    """The same for programs; durations in seconds."""
    return {
        "by": found.by,
        "since": found.since,
        "until": found.until,
        "step_hours": found.step // HOUR,
        "relative_error": RELATIVE_ERROR,
        "rows": [_plain(row) for row in found.rows],
        "total": _plain(found.total),
    }


def _counts(by: By, rows: Sequence[Row], names: dict[str, str]) -> RenderableType:
    columns = (">Succeeded", ">Failed", ">Rate", ">Retries", ">Cancelled")
    table = console.table(by.capitalize(), *columns)
    for row in rows:
        counts, rate = row.counts, row.counts.failure_rate
        table.add_row(
            names[row.name],
            f"{counts.succeeded:,}",
            Text(f"{counts.failed:,}", style="bold red" if counts.failed else ""),
            "–" if rate is None else f"{100 * rate:.1f} %",
            f"{counts.retries:,}",
            f"{counts.cancelled:,}",
            style="bold" if row.name == "all" else "",
        )
    return table


def _durations(by: By, rows: Sequence[Row], names: dict[str, str]) -> RenderableType:
    table = console.table(by.capitalize(), ">Waited p50", ">p95", ">p99", ">Ran p50", ">p95", ">p99")
    for row in rows:
        table.add_row(
            names[row.name],
            *(_span(row.counts.waiting.quantile(share)) for share in QUANTILES),
            *(_span(row.counts.running.quantile(share)) for share in QUANTILES),
            style="bold" if row.name == "all" else "",
        )
    return table


def _over_time(found: Statistics, rows: Sequence[Row], names: dict[str, str]) -> Iterator[RenderableType]:
    together = -(-len(found.total.steps) // MOST_BARS)
    table = console.table(found.by.capitalize(), "Ended", "Failed", ">Most")
    for row in rows:
        steps = _merged(row.steps, together)
        table.add_row(
            names[row.name],
            sparkline([step.ended for step in steps]),
            Text(sparkline([step.failed for step in steps]), style="red"),
            f"{max(step.ended for step in steps):,}",
        )
    yield table
    span = found.step * together
    yield Text(f"Each bar is {_length(span)}, since {found.since:%Y-%m-%d %H:%M} UTC.", style="dim")


def sparkline(numbers: Sequence[int]) -> str:
    """Bars from nothing to the largest number; a gap where there is nothing."""
    most = max(numbers, default=0)
    return "".join(
        _BARS[(number * (len(_BARS) - 1) + most - 1) // most] if number else "·" for number in numbers
    )


def _merged(steps: Sequence[Step], together: int) -> list[Step]:
    """Fewer steps that are longer; the last one ends with the last."""
    first = len(steps) % together
    groups = [steps[:first]] if first else []
    groups += [steps[at : at + together] for at in range(first, len(steps), together)]
    return [
        Step(
            begins_at=group[0].begins_at,
            ended=sum(step.ended for step in group),
            failed=sum(step.failed for step in group),
        )
        for group in groups
    ]


def _names(found: Statistics) -> dict[str, str]:
    """Tasks without their modules, where that is clear."""
    shorter = {row.name: row.name.rpartition(".")[2] for row in found.rows}
    often = Counter(shorter.values())
    names = {name: console.printable(word if often[word] == 1 else name) for name, word in shorter.items()}
    return {**names, "all": "all"}


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 0.9995:
        return f"{1000 * seconds:.0f} ms"
    return console.duration(timedelta(seconds=seconds))


def _length(span: timedelta) -> str:
    hours = span // HOUR
    return console.counted(hours // 24, "day") if hours % 24 == 0 else console.counted(hours, "hour")


def _plain(row: Row) -> dict[str, Any]:
    counts = row.counts
    return {
        "name": row.name,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "cancelled": counts.cancelled,
        "retries": counts.retries,
        "failure_rate": counts.failure_rate,
        "waiting_seconds": _quantiles(counts.waiting),
        "running_seconds": _quantiles(counts.running),
        "steps": [
            {"begins_at": step.begins_at, "ended": step.ended, "failed": step.failed} for step in row.steps
        ],
    }


def _quantiles(durations: Durations) -> dict[str, Any]:
    told = {f"p{100 * share:.0f}": _rounded(durations.quantile(share)) for share in QUANTILES}
    return {"count": durations.count, "sum": round(durations.seconds, 3), **told}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else float(f"{seconds:.4g}")
