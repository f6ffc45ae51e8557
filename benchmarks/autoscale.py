"""Sends bursts of jobs to a worker with `--autoscale 10,3` and draws backlog and children over time.

    python benchmarks/autoscale.py                          some two minutes
    python benchmarks/autoscale.py --picture autoscale.svg  and the picture of it

One real worker, and jobs that wait 0.15 s each, as one for a page does. First come two bursts that three
children work off in a moment, then one of 150 jobs, another while the worker is still large, a stream that
needs five of them, and one more burst. What `status` would show is read ten times a second.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parent
for place in (str(ROOT), str(HERE)):
    if place not in sys.path:
        sys.path.insert(0, place)

from peers.processes import Group, fresh_folder, running, wait_until  # noqa: E402 - found beside this file

from scanjobs import config  # noqa: E402
from scanjobs.config import Settings  # noqa: E402
from scanjobs.jobs import autoscale, monitor  # noqa: E402

MOST, LEAST = 10, 3
JOB_SECONDS = 0.15
LOOK_SECONDS = 0.1


class Burst(NamedTuple):
    """So many jobs at once, and when."""

    at: float
    jobs: int


PLAN = (
    Burst(2, 3),
    Burst(4, 5),
    Burst(8, 150),
    Burst(16, 80),
    *(Burst(34 + 0.1 * number, 3) for number in range(100)),
    Burst(62, 40),
)
END_SECONDS = 85.0


@dataclass(frozen=True)
class Look:
    """What could be seen at one moment."""

    at: float
    waiting: int
    running: int
    children: int


def main() -> None:
    """Run it, print the figures, draw the picture."""
    options = _options()
    with fresh_folder() as folder:
        looks, events = _run(folder)
    _show(looks, events)
    if options.picture:
        options.picture.write_text(_svg(looks))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--picture", type=Path, help="where to write the picture, as SVG")
    return parser.parse_args()


def _run(folder: Path) -> tuple[list[Look], list[dict[str, object]]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCANJOBS_")}
    environment = kept | {
        "SCANJOBS_HOME": str(folder / "home"),
        "SCANJOBS_TASKS": "autoscale_tasks",
        "SCANJOBS_LOG_FORMAT": "json",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH")))),
    }
    settings = config.use(config.load(environment=environment))
    import autoscale_tasks

    log = folder / "log"
    command = [sys.executable, "-m", "scanjobs", "worker", "--autoscale", f"{MOST},{LEAST}"]
    with running([command], environment, log) as group:
        if not wait_until(lambda: bool(monitor.workers(settings)), 20, group):
            raise SystemExit("the worker did not start")
        looks = list(_looks(settings, autoscale_tasks.wait, group))
    said = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return looks, [line for line in said if str(line.get("event", "")).startswith("pool_")]


def _looks(settings: Settings, task: object, group: Group) -> Iterator[Look]:
    plan = list(PLAN)
    began = time.monotonic()
    for number in itertools.count():
        at = number * LOOK_SECONDS
        time.sleep(max(0.0, began + at - time.monotonic()))
        while plan and plan[0].at <= at:
            task.map([JOB_SECONDS] * plan.pop(0).jobs)  # type: ignore[attr-defined]
        time.sleep(LOOK_SECONDS / 3)  # what is taken at once has not waited
        group.check()
        queue = monitor.queues(settings)[0]
        (worker,) = monitor.workers(settings)
        yield Look(at, queue.queued, queue.running, worker.children)
        if at >= END_SECONDS:
            return


# --- figures ----------------------------------------------------------------------------------------------


def _show(looks: Sequence[Look], events: Sequence[dict[str, object]]) -> None:
    print(
        f"\n{sum(burst.jobs for burst in PLAN)} jobs of {JOB_SECONDS:g} s, --autoscale {MOST},{LEAST}; it "
        f"grows after {autoscale.GROW_SECONDS:g} s of backlog, shrinks after {autoscale.QUIET_SECONDS:g} s "
        "of quiet\n"
    )
    rows = [("from", "jobs", "longest backlog", "most children", "backlog gone after", "back to 3 after")]
    phases = [
        ("two small bursts", 2.0, 8.0),
        ("150 at once", 8.0, 16.0),
        ("80 while it is large", 16.0, 34.0),
    ]
    phases += [("30 a second for 10 s", 34.0, 62.0), ("40 at once", 62.0, END_SECONDS + 1)]
    for name, begin, end in phases:
        mine = [look for look in looks if begin <= look.at < end]
        busy = [look.at for look in mine if look.waiting]
        small = next((look.at for look in reversed(mine) if look.children > LEAST), None)
        is_small_again = mine[-1].children == LEAST and small is not None
        rows.append(
            (
                name,
                str(sum(burst.jobs for burst in PLAN if begin <= burst.at < end)),
                str(max(look.waiting for look in mine)),
                str(max(look.children for look in mine)),
                f"{busy[-1] - begin + LOOK_SECONDS:.1f} s" if busy else "at once",
                f"{small - begin + LOOK_SECONDS:.1f} s" if is_small_again and small else "–",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows.insert(1, tuple("-" * width for width in widths))
    for row in rows:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
    names = [str(event["event"]) for event in events]
    print(f"\nIt grew {names.count('pool_grown')} times and shrank {names.count('pool_shrunk')} times.")


# --- the picture ------------------------------------------------------------------------------------------

WIDTH, HEIGHT = 760, 150
LEFT, RIGHT, TOP, GAP = 60, 16, 34, 44


def _svg(looks: Sequence[Look]) -> str:
    """Two panels over one axis of time: what waits, and who works."""
    seconds = looks[-1].at
    panels = [
        ("jobs waiting", [look.waiting for look in looks], "#c2410c", 50),
        ("children, and those at work", [look.children for look in looks], "#1d4ed8", 2),
    ]
    height = TOP + 2 * HEIGHT + GAP + 36
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        'font-size="11" fill="#334155">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for index, (title, values, colour, step) in enumerate(panels):
        top = TOP + index * (HEIGHT + GAP)
        scale = _Scale(seconds, max(*values, 1), top)
        parts.append(f'<text x="{LEFT}" y="{top - 10}" font-size="13" fill="{colour}">{title}</text>')
        for value in range(0, max(values) + 1, step):
            y = scale.y(value)
            parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e2e8f0"/>')
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>')
        if index == 1:
            area = _steps(looks, [look.running for look in looks], scale)
            closed = f"{area}V{scale.y(0):.1f}H{LEFT}Z"
            parts.append(f'<path d="{closed}" fill="#bfdbfe"/>')
        parts.append(
            f'<path d="{_steps(looks, values, scale)}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
        )
    for moment in range(0, int(seconds) + 1, 10):
        x = _Scale(seconds, 1, 0).x(moment)
        parts.append(f'<text x="{x:.1f}" y="{height - 16}" text-anchor="middle">{moment} s</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


class _Scale(NamedTuple):
    seconds: float
    most: int
    top: int

    def x(self, at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * at / self.seconds

    def y(self, value: float) -> float:
        return self.top + HEIGHT * (1 - value / self.most)


def _steps(looks: Sequence[Look], values: Sequence[int], scale: _Scale) -> str:
    """A line in steps, with a point only where it changes."""
    path = f"M{scale.x(0):.1f} {scale.y(values[0]):.1f}"
    for before, look, value in zip(values, looks[1:], values[1:], strict=False):
        if value != before:
            path += f"H{scale.x(look.at):.1f}V{scale.y(value):.1f}"
    return path + f"H{scale.x(looks[-1].at):.1f}"


if __name__ == "__main__":
    main()
