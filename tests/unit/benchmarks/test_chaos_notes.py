"""What the processes of a chaos run have written down is read back, and a crash among it is seen."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import chaos
from benchmarks.chaos_driver import tasks
from benchmarks.chaos_driver.crew import Crew
from benchmarks.chaos_driver.notes import Cancel, read_notes
from benchmarks.chaos_driver.plan import Plan
from benchmarks.chaos_driver.violations import Violation
from benchmarks.chaos_driver.watch import ReportWatch
from tests.conftest import wait_until


@pytest.fixture
def folder(tmp_path):
    for name in ("notes", "logs"):
        (tmp_path / name).mkdir()
    return tmp_path


def log(folder, *lines):
    words = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / "logs" / "worker-0001.log").write_text("\n".join(words) + "\n")
    return read_notes(folder)


def test_notes_are_read_without_what_a_kill_cut_short(folder):
    lines = [
        {"what": "accepted", "ids": ["a", "b"], "kind": "pipeline", "chain": ["a", "b"]},
        {"what": "started", "id": "a", "attempt": 1},
        {"what": "started", "id": "a", "attempt": 1},
        {"what": "refused", "error": "The disk is full.", "ids": ["c"]},
        {"what": "cancelled", "id": "b", "at": 1.5, "at_once": True},
    ]
    words = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "notes" / "1.jsonl").write_text(words + '{"what": "accepted", "ids": ["d"')

    notes = read_notes(folder)

    assert notes.accepted == {"a": "pipeline", "b": "pipeline"}
    assert notes.chains == [["a", "b"]]
    assert notes.starts == {"a": Counter({1: 2})}
    assert (notes.refused, notes.refused_ids) == (["The disk is full."], {"c"})
    assert notes.cancels == [Cancel("b", 1.5, True)]


def test_a_log_says_who_wrote_an_outcome(folder):
    notes = log(
        folder,
        {"event": "worker_started", "worker_id": "5f3a9c1e-0000"},
        {"event": "job_succeeded", "job_id": "a"},
        {"event": "child_died", "exit_code": -9},
    )

    assert notes.told == {"a": ["5f3a9c1e"]}
    assert notes.workers == {"worker-0001": "5f3a9c1e"}
    assert notes.crashes == []


@pytest.mark.parametrize(
    "line",
    [
        {"event": "child_died", "exit_code": 1},
        {"event": "child_died", "exit_code": -11},
        {"event": "odd", "traceback": "Traceback (most recent call last):"},
        "Traceback (most recent call last):",
        "error: scanjobs has a defect of its own: KeyError",
    ],
)
def test_a_crash_is_seen_in_a_log(folder, line):
    assert len(log(folder, line).crashes) == 1


def test_a_process_that_outlived_its_worker_is_seen(tmp_path):
    crew = Crew(Plan(), tmp_path)
    assert crew.leftovers() == []
    with subprocess.Popen(
        ["sleep", "60"], env={**os.environ, tasks.FOLDER_VARIABLE: str(tmp_path)}
    ) as orphan:
        try:
            # For a moment after it was begun the kernel shows no environment of it.
            environment = Path(f"/proc/{orphan.pid}/environ")
            wait_until(environment.read_bytes, "its environment can be seen")
            assert crew.leftovers() == [orphan.pid]
        finally:
            orphan.kill()


def test_a_report_that_is_in_pieces_for_a_while_is_seen(tmp_path):
    watch = ReportWatch(tmp_path)
    report, unfinished = tmp_path / "report.json", tmp_path / ".report.json.5f3a9c1e.part"
    unfinished.write_text('{"half": ')
    report.write_text('{"half": 1}')
    watch.look()
    assert watch.violations == []

    report.write_text('{"half": ')
    watch.look()
    report.write_text('{"half": 1}')
    watch.look()

    assert [violation.told for violation in watch.violations] == [
        f"the report {report} was in pieces for a while: 9 bytes of it"
    ]


def test_a_run_that_does_not_end_well_is_told():
    crew = SimpleNamespace(leftovers=lambda: [7])
    watch = SimpleNamespace(violations=[Violation("seen")])
    run = SimpleNamespace(
        crew=crew, watch=watch, drained_seconds=None, refused_to_drain="worker-0009 ended with 3: no"
    )

    assert [violation.told for violation in chaos._of_the_run(Plan(seconds=30), run)] == [
        "seen",
        "process 7 outlived its worker",
        "the workers had not done what was left after 75 s",
        "the last worker, which nobody disturbed: worker-0009 ended with 3: no",
    ]
