"""What jobs leave behind for the measurements: every one is counted, the warm-up is not."""

from __future__ import annotations

import os

import pytest

from benchmarks.peers import trace


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(trace, "FOLDER", tmp_path)
    monkeypatch.setattr(trace, "_mine", None)
    return tmp_path


def test_the_rate_begins_after_the_warm_up():
    tally = trace.Tally([0.0, 5.0, 10.0, 10.5, 11.0])

    assert (tally.per_second(), tally.per_second(warm_up=2)) == (pytest.approx(4 / 11), pytest.approx(2.0))


def test_every_process_counts_its_own_jobs(folder):
    assert trace.counted(folder) == 0
    trace.tally()
    child = os.fork()
    if child == 0:
        trace.tally()
        trace.tally()
        os._exit(0)
    os.waitpid(child, 0)

    tally = trace.tallied(folder)

    assert (trace.counted(folder), tally.count) == (3, 3)
    assert tally.moments == sorted(tally.moments)


def test_a_mark_knows_when_it_was_sent_and_when_it_began(folder):
    assert trace.count_marks(folder) == 0
    trace.mark(sent_at=1.0)

    (mark,) = trace.marks(folder)
    assert (mark.sent_at, trace.count_marks(folder)) == (1.0, 1)
    assert trace.waits(folder) == [mark.begun_at - 1.0]
