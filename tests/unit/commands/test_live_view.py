"""The live view: what is chosen, and how it is drawn at any size."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.console import Console

from scanjobs.commands import live_view
from scanjobs.commands.live_state import Pane, View
from scanjobs.domain.jobs import JobRecord, JobState, QueueRecord
from scanjobs.jobs.monitor import Status
from tests.factories import NOON


def a_job(identifier: str, state: JobState = JobState.QUEUED) -> JobRecord:
    values = dict.fromkeys(JobRecord.__dataclass_fields__)
    return JobRecord(
        **values
        | {
            "id": identifier,
            "task": "shop.light",
            "queue": "default",
            "state": state,
            "arguments": {"lamp": "灯" * 9},
            "created_at": NOON,
            "run_at": NOON,
            "progress": 50.0,
        }
    )


def a_status(*jobs: JobRecord, queues: int = 3) -> Status:
    nothing = {"queued": 0, "scheduled": 0, "running": 0, "is_paused": False, "oldest_at": None}
    return Status(
        at=NOON + timedelta(seconds=5),
        workers=(),
        queues=tuple(QueueRecord(name=f"queue-{n}", per_minute=1.5, **nothing) for n in range(queues)),
        running=tuple(job for job in jobs if job.state is JobState.RUNNING),
        waiting=tuple(job for job in jobs if job.state is JobState.QUEUED),
        scheduled=(),
        finished=(),
        failed=(),
        coming=(),
    )


def drawn(view: View, width: int, height: int) -> list[str]:
    paper = Console(width=width, height=height, file=io.StringIO(), legacy_windows=False)
    return [
        "".join(part.text for part in line)
        for line in paper.render_lines(live_view.draw(view, width, height))
    ]


@given(
    width=some.integers(1, 200),
    height=some.integers(1, 60),
    jobs=some.integers(0, 30),
    place=some.integers(0, 40),
)
def test_it_fills_every_size_exactly(width, height, jobs, place):
    status = a_status(
        *(a_job(f"{n:08}", JobState.RUNNING if n < 3 else JobState.QUEUED) for n in range(jobs))
    )
    view = View().seen(status).turned().moved(place)

    lines = drawn(view, width, height)

    assert len(lines) == height


@pytest.mark.parametrize("height", [8, 12, 24])
def test_what_is_chosen_is_always_shown(height):
    status = a_status(*(a_job(f"{n:08}") for n in range(30)))
    view = View().seen(status).turned()

    for place in range(30):
        assert f"{place:08}" in "\n".join(drawn(view.moved(place), 80, height))


def test_choosing_ends_at_both_ends():
    view = View().seen(a_status(queues=3))

    assert view.chosen_queue.name == "queue-0"
    assert view.moved(-1).chosen_queue.name == "queue-0"
    assert view.moved(1).moved(9).chosen_queue.name == "queue-2"


def test_where_what_was_chosen_has_gone_its_neighbour_is_chosen():
    first, second, third = (a_job(f"{n:08}") for n in range(3))
    view = View().seen(a_status(first, second, third)).turned().moved(1)
    assert view.chosen_job == second

    assert view.seen(a_status(first, third)).chosen_job == third
    assert view.seen(a_status(first)).chosen_job == first
    assert view.seen(a_status()).chosen_job is None


def test_each_pane_remembers_what_was_chosen_in_it():
    view = View().seen(a_status(a_job("0" * 8), a_job("1" * 8)))

    turned = view.moved(2).turned().moved(1).turned()

    assert turned.pane is Pane.QUEUES
    assert turned.chosen_queue.name == "queue-2"
    assert turned.turned().chosen_job.id == "1" * 8


def test_what_a_website_says_cannot_steer_the_terminal():
    job = replace(a_job("0" * 8), arguments={"url": "\x1b[2Jevil\n"}, error="\x1b]0;evil\x07")
    status = replace(a_status(job), failed=(replace(job, state=JobState.FAILED),))

    assert "\x1b" not in "".join(drawn(View().seen(status), 80, 24))


def test_trouble_is_shown_above_what_was_seen_last():
    view = replace(View().seen(a_status()), trouble="The database has gone.")

    lines = drawn(view, 80, 24)

    assert lines[-1].startswith("The database has gone.")
    assert any("queue-0" in line for line in lines)
