"""Ticks: one job for each slot, however many schedulers there are and whatever the clock does."""

from __future__ import annotations

import dataclasses
import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest

from scanjobs.db import driver
from scanjobs.domain.jobs import JobState
from scanjobs.domain.schedules import CatchUp, Declaration, EntryState, Overlap
from scanjobs.errors import NotFoundError
from scanjobs.jobs import beat, control, monitor, schedule
from scanjobs.jobs.pruning import prune
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.rows import select
from scanjobs.jobs.ticker import Ticker
from scanjobs.jobs.values import Completion
from tests.conftest import on_sqlite_only
from tests.factories import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def add(settings, queue, clock):
    def added(name="entry", when="every 1h", task=None, **changes):
        task = task or queue.work.full_name
        values = {"kwargs": {}, "zone": "UTC", "overlap": Overlap.ALLOW} | changes
        return schedule.add(settings, Declaration(name=name, task=task, when=when, **values), clock=clock)

    return added


@pytest.fixture
def tick(settings, queue, clock):
    """Move the clock by so many seconds, and let a scheduler of its own serve what is due."""

    def ticked(seconds=0.0):
        clock.forward(seconds)
        return beat.run_once(Ticker(queue, settings, clock))

    return ticked


def slots(settings, name="entry"):
    """Which slots of an entry became jobs, in the order in which they did."""
    found = select(
        settings,
        "SELECT slot FROM jobs WHERE schedule_id = :id AND slot IS NOT NULL ORDER BY seq",
        {"id": schedule.entry(settings, name).id},
    )
    return [datetime.fromtimestamp(slot, UTC) for (slot,) in found]


def end_all(leases):
    """Have a worker run all that waits."""
    worker = leases("worker-a", "default", "reports")
    claims, _ = worker.turn([], free=1000)
    done = [Completion(claim=claim, state=JobState.SUCCEEDED) for claim in claims]
    worker.turn(done, free=0)
    return len(done)


def test_nothing_is_due_before_its_time(add, tick, settings):
    assert add().next_at == NOON + HOUR

    assert tick(3599) == 0
    assert tick(1) == 1
    assert tick(0) == 0
    assert slots(settings) == [NOON + HOUR]
    assert schedule.entry(settings, "entry").next_at == NOON + 2 * HOUR


def test_the_job_is_that_of_the_task(add, tick, settings, queue):
    add(task=queue.draw.full_name, kwargs={"number": 3}, priority=7)
    tick(3600)

    (job,) = monitor.jobs(settings)

    assert (job.task, job.queue, job.priority, job.arguments) == (
        queue.draw.full_name,
        "reports",
        7,
        {"number": 3},
    )
    assert [event.event for event in job.events] == ["scheduled"]


@pytest.mark.parametrize(
    ("catch_up", "overlap", "expected"),
    [
        (CatchUp.ONCE, Overlap.ALLOW, [5]),
        (CatchUp.ONCE, Overlap.SKIP, [5]),
        (CatchUp.ALL, Overlap.ALLOW, [1, 2, 3, 4, 5]),
        (CatchUp.SKIP, Overlap.ALLOW, []),
    ],
)
def test_what_was_missed_is_caught_up_with_as_the_entry_says(
    add, tick, settings, catch_up, overlap, expected
):
    """Five slots passed while no scheduler ran, the last of them half an hour ago."""
    add(catch_up=catch_up, overlap=overlap)

    tick(5.5 * 3600)

    assert slots(settings) == [NOON + number * HOUR for number in expected]
    assert schedule.entry(settings, "entry").next_at == NOON + 6 * HOUR
    tick(0.5 * 3600)
    assert slots(settings)[len(expected) :] == ([] if overlap is Overlap.SKIP else [NOON + 6 * HOUR])


def test_the_last_slot_runs_though_earlier_ones_were_missed_where_it_is_on_time(add, tick, settings):
    add(catch_up=CatchUp.SKIP)

    tick(5 * 3600 + 30)

    assert slots(settings) == [NOON + 5 * HOUR]
    (missed,) = schedule.entry(settings, "entry").events
    assert missed.event == "missed"


def test_all_that_was_missed_runs_one_after_the_other_where_no_overlap_is_allowed(
    add, tick, settings, leases
):
    add(catch_up=CatchUp.ALL, overlap=Overlap.SKIP)

    tick(3.5 * 3600)
    assert slots(settings) == [NOON + HOUR]
    for _ in range(5):
        end_all(leases)
        tick(1)

    assert slots(settings) == [NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR]


def test_many_missed_slots_are_made_up_for_in_small_steps(add, settings, queue, clock):
    add(when="every 1m", catch_up=CatchUp.ALL)
    clock.forward(200 * 60)
    ticker = Ticker(queue, settings, clock)

    assert 0 < ticker.step() <= 50
    assert ticker.seconds_to_next() == 0
    beat.run_once(ticker)

    assert slots(settings) == [NOON + number * MINUTE for number in range(1, 201)]


def test_a_slot_is_skipped_while_a_run_has_not_ended(add, tick, settings, leases):
    add(overlap=Overlap.SKIP)
    tick(3600)

    tick(3600)
    tick(3600)

    entry = schedule.entry(settings, "entry")
    assert (slots(settings), entry.skipped) == ([NOON + HOUR], 2)
    assert [event.event for event in entry.events] == ["skipped", "skipped"]
    end_all(leases)
    tick(3600)
    assert slots(settings) == [NOON + HOUR, NOON + 4 * HOUR]


def test_one_slot_waits_for_the_run_before_it(add, tick, settings, leases):
    add(overlap=Overlap.QUEUE)
    tick(3600)

    tick(3600)
    tick(3600)

    entry = schedule.entry(settings, "entry")
    assert (entry.waiting_at, entry.skipped) == (NOON + 2 * HOUR, 1)
    assert len(monitor.jobs(settings)) == 1
    end_all(leases)
    tick(1)
    assert slots(settings) == [NOON + HOUR, NOON + 2 * HOUR]
    assert schedule.entry(settings, "entry").waiting_at is None


def test_runs_overlap_where_they_may(add, tick, settings):
    add(overlap=Overlap.ALLOW)

    assert [tick(3600) for _ in range(3)] == [1, 1, 1]
    assert len(monitor.jobs(settings, state=JobState.QUEUED)) == 3


def test_a_clock_that_goes_back_repeats_nothing(add, tick, settings):
    add()
    tick(3600)
    tick(3600)

    assert [tick(seconds) for seconds in (-5400, 1800, 1800, 1800)] == [0, 0, 0, 0]
    assert tick(3600) == 1
    assert slots(settings) == [NOON + number * HOUR for number in (1, 2, 3)]


def test_resuming_after_a_clock_went_back_repeats_nothing(add, tick, settings, clock):
    """A clock that was a year ahead has left the entry there; whoever resumes it has it go on from now."""
    add()
    for _ in range(3):
        tick(3600)
    clock.forward(-2.5 * 3600)
    schedule.pause(settings, "entry", clock=clock)
    assert schedule.resume(settings, "entry", clock=clock).next_at == NOON + HOUR

    assert [tick(3600) for _ in range(4)] == [0, 0, 0, 1]
    assert slots(settings) == [NOON + number * HOUR for number in (1, 2, 3, 4)]


def test_several_schedulers_at_once_make_one_job_for_each_slot(add, settings, queue, clock):
    for number in range(5):
        add(f"entry{number}", when="every 1m", catch_up=CatchUp.ALL)
    clock.forward(30 * 60)
    together, made = threading.Barrier(3), []

    def scheduler():
        ticker = Ticker(queue, settings, clock)
        together.wait()
        made.append(beat.run_once(ticker))
        driver.dispose()

    threads = [threading.Thread(target=scheduler) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(made) == 150
    for number in range(5):
        assert slots(settings, f"entry{number}") == [NOON + n * MINUTE for n in range(1, 31)]


def test_a_scheduler_that_was_overtaken_makes_nothing(add, settings, queue, clock):
    """It has read the entry; another one serves it; then it wants to."""
    add()
    clock.forward(3600)
    slow = Ticker(queue, settings, clock)
    (read_before,) = slow._due(clock.now())
    beat.run_once(Ticker(queue, settings, clock))

    assert slow._serve_together([read_before], clock.now()) == []
    assert len(monitor.jobs(settings)) == 1


@on_sqlite_only
def test_a_transaction_that_is_broken_off_leaves_nothing(add, settings, queue, clock):
    """Neither the job nor the advance of the entry; what was due is due afterwards."""
    add()
    clock.forward(3600)
    with driver.write(settings) as connection:
        connection.execute(
            "CREATE TRIGGER plug BEFORE UPDATE ON schedules BEGIN SELECT RAISE(ABORT, 'pulled'); END"
        )

    with pytest.raises(sqlite3.IntegrityError, match="pulled"):
        Ticker(queue, settings, clock).step()

    assert monitor.jobs(settings) == ()
    with driver.write(settings) as connection:
        connection.execute("DROP TRIGGER plug")
    assert beat.run_once(Ticker(queue, settings, clock)) == 1
    assert slots(settings) == [NOON + HOUR]


def test_a_paused_entry_passes_its_slots_and_makes_up_for_none(add, tick, settings, clock):
    add(catch_up=CatchUp.ALL)
    schedule.pause(settings, "entry", clock=clock)
    assert tick(2.5 * 3600) == 0

    assert schedule.resume(settings, "entry", clock=clock).next_at == NOON + 3 * HOUR

    assert tick(0.5 * 3600) == 1
    assert slots(settings) == [NOON + 3 * HOUR]


def test_an_entry_is_run_by_hand_beside_its_slots(add, tick, settings, queue, clock):
    add(overlap=Overlap.SKIP)
    schedule.pause(settings, "entry", clock=clock)

    job = schedule.run(settings, queue, "entry", clock=clock)

    entry = schedule.entry(settings, "entry")
    assert (entry.last_job_id, entry.last_outcome, entry.next_at) == (job.id, "queued", NOON + HOUR)
    assert slots(settings) == []
    schedule.resume(settings, "entry", clock=clock)
    assert tick(3600) == 0  # it is a run, and has not ended


def test_the_outcome_of_the_last_run_is_told_also_when_history_has_gone(add, tick, settings, leases, clock):
    add(when="every 3mo")
    for name in ("other0", "other1"):
        add(name, when="every 1h")
    tick(3600)
    end_all(leases)
    schedule.remove(settings, "other0")
    tick(92 * 86_400)
    end_all(leases)
    clock.forward(60 * 86_400)
    while prune(settings, clock):
        pass

    entry = schedule.entry(settings, "entry")
    assert entry.last_outcome == "succeeded"
    assert [job.id for job in monitor.jobs(settings, task=entry.task)].count(entry.last_job_id) == 1
    assert len(monitor.jobs(settings)) == 2  # of `entry` and of `other1`


def test_an_entry_whose_task_is_unknown_is_left_to_others(add, tick, settings, queue, clock, caplog):
    add("strange", task="nobody.knows")
    add("plain")
    ticker = Ticker(queue, settings, clock)

    clock.forward(3600)
    assert beat.run_once(ticker) == 1
    assert ticker.seconds_to_next() > 0
    beat.run_once(ticker)

    assert schedule.entry(settings, "strange").next_at == NOON + HOUR
    assert [record.event for record in caplog.records].count("task_unknown") == 1


def test_a_slot_that_cannot_become_a_job_is_told_and_passed(add, settings, clock, tick):
    queue = JobQueue("test", settings=lambda: settings, clock=clock)

    def refuse(*_, **__):
        raise NotFoundError("There is no scan 5f3a.")

    @queue.task(accept=refuse)
    def report() -> None: ...

    add("refused", task=report.full_name)
    clock.forward(3600)

    assert beat.run_once(Ticker(queue, settings, clock)) == 0

    entry = schedule.entry(settings, "refused")
    assert (entry.last_outcome, entry.last_error) == ("refused", "There is no scan 5f3a.")
    assert (entry.next_at, entry.runs) == (NOON + 2 * HOUR, 0)
    assert schedule.pause(settings, "refused", clock=clock).last_outcome == "refused"


def test_what_is_recorded_with_a_job_is_recorded_with_its_slot(add, settings, clock):
    queue = JobQueue("test", settings=lambda: settings, clock=clock)
    accepted = []

    @queue.task(unique=True, accept=lambda job_id, **kwargs: accepted.append((job_id, kwargs)))
    def report(number: int) -> None: ...

    waiting = report(1)
    add("unique", task=report.full_name, kwargs={"number": 1})
    add("other", task=report.full_name, kwargs={"number": 2})
    clock.forward(3600)

    beat.run_once(Ticker(queue, settings, clock))

    assert schedule.entry(settings, "unique").last_job_id == waiting.id
    assert [kwargs for _, kwargs in accepted] == [{"number": 1}, {"number": 2}]
    assert len(monitor.jobs(settings)) == 2


def test_a_cancelled_run_has_ended(add, tick, settings):
    add(overlap=Overlap.SKIP)
    tick(3600)
    control.cancel(settings, monitor.jobs(settings)[0])

    assert tick(3600) == 1
    assert schedule.entry(settings, "entry").last_outcome == "queued"


def test_new_times_begin_now(add, settings, clock, tick):
    add()
    clock.forward(600)

    changed = schedule.edit(settings, "entry", {"when": "every 15m"}, clock=clock)

    assert changed.next_at == NOON + 25 * MINUTE
    assert schedule.edit(settings, "entry", {"priority": 3}, clock=clock).next_at == NOON + 25 * MINUTE
    assert schedule.edit(
        settings, "entry", {"when": "0 2 * * *", "zone": "Asia/Tokyo"}, clock=clock
    ).next_at == (datetime(2026, 3, 2, 17, tzinfo=UTC))


def test_a_start_that_names_no_zone_is_in_that_of_the_entry(add):
    entry = add(when="every 1mo", zone="Asia/Tokyo", start=datetime(2026, 3, 31, 8))  # noqa: DTZ001 - that is what it is about

    assert entry.next_at == datetime(2026, 3, 30, 23, tzinfo=UTC)


def declared(queue, clock, settings):
    schedule.declare(settings, queue.declared.values(), clock=clock)
    return {entry.name: entry for entry in schedule.entries(settings)}


def test_what_code_declares_becomes_an_entry(queue, clock, settings):
    queue.periodic("0 3 * * *", zone="Europe/Berlin", kwargs={"number": 4})(queue.work)
    queue.periodic(every="15m", name="often", catch_up="skip", overlap="queue", priority=2)(queue.work)

    found = declared(queue, clock, settings)
    again = declared(queue, clock, settings)

    assert found == again
    assert (found["work"].when, found["work"].zone, found["work"].kwargs) == (
        "0 3 * * *",
        "Europe/Berlin",
        {"number": 4},
    )
    assert found["work"].declared_in == __name__
    assert (found["often"].catch_up, found["often"].overlap, found["often"].priority) == ("skip", "queue", 2)
    assert found["often"].next_at == NOON + 15 * MINUTE


def test_code_that_changes_changes_its_entry_unless_a_user_did(queue, clock, settings):
    queue.periodic(every="15m", name="mine")(queue.work)
    queue.periodic(every="15m", name="edited")(queue.work)
    declared(queue, clock, settings)
    schedule.edit(settings, "edited", {"when": "every 5m"}, clock=clock)
    schedule.pause(settings, "mine", clock=clock)
    for name, asked in queue.declared.items():
        queue.declared[name] = dataclasses.replace(asked, when="every 1h", start=None)

    found = declared(queue, clock, settings)

    assert (found["mine"].when, found["mine"].state) == ("every 1h", EntryState.PAUSED)
    assert (found["edited"].when, found["edited"].is_edited) == ("every 5m", True)
    undone = schedule.undo_edits(settings, queue.declared["edited"], clock=clock)
    assert (undone.when, undone.is_edited, undone.next_at) == ("every 1h", False, NOON + HOUR)


def test_what_code_does_not_declare_any_more_does_not_run(queue, clock, settings, tick):
    queue.periodic(every="1h", name="gone")(queue.work)
    declared(queue, clock, settings)
    entry = queue.declared.pop("gone")

    assert declared(queue, clock, settings)["gone"].state is EntryState.UNDECLARED
    assert tick(1.5 * 3600) == 0

    queue.declared["gone"] = entry
    back = declared(queue, clock, settings)["gone"]
    assert (back.state, back.next_at) == (EntryState.ACTIVE, NOON + 2 * HOUR)


def test_code_that_is_not_loaded_says_nothing_about_its_entries(queue, clock, settings):
    asked = Declaration(
        name="elsewhere", task=queue.work.full_name, when="every 1h", kwargs={}, declared_in="no.such.module"
    )
    schedule.declare(settings, [asked], clock=clock)

    assert declared(queue, clock, settings)["elsewhere"].state is EntryState.ACTIVE


def test_the_entry_of_a_user_keeps_its_name(queue, clock, settings, add, caplog):
    add("taken", when="every 5m")
    queue.periodic(every="1h", name="taken")(queue.work)

    assert declared(queue, clock, settings)["taken"].when == "every 5m"
    assert [record.event for record in caplog.records] == ["name_taken"]
