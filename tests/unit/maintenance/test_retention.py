"""What has been kept long enough goes, files and rows together, and nothing else does."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scanjobs.config import Settings
from scanjobs.db import driver, events, held_scans, leaving_scans, reports, scans
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.ids import new_id
from scanjobs.domain.reports import ReportKind, ReportRecord, ReportVersions
from scanjobs.errors import NotFoundError
from scanjobs.files import write_atomically
from scanjobs.jobs import monitor
from scanjobs.jobs.queue import JobQueue
from scanjobs.maintenance import reports as report_life
from scanjobs.maintenance import retention
from scanjobs.maintenance.retention import Group, Kind, Rule
from tests import factories
from tests.conftest import DATABASES

VERSIONS = ReportVersions(tool="1", rules="1", data="1")
NEWEST_ONLY = Rule(keep=1)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Each on both kinds."""
    return str(request.param)


def add_scan(settings: Settings, days_ago: float = 0, site: str = "shop.example") -> str:
    created_at = settings.clock.now() - timedelta(days=days_ago)
    record = replace(factories.scan_record(), id=new_id(), site=site, created_at=created_at)
    scans.add_scan(settings, record)
    return record.id


def add_report(
    settings: Settings,
    *scan_ids: str,
    path: Path | None = None,
    job_id: str | None = None,
    is_written: bool = True,
) -> ReportRecord:
    several = len(scan_ids) > 1
    report_id = new_id()
    record = replace(
        factories.report_record(path=str(path or settings.reports_folder / f"{report_id}.csv")),
        id=report_id,
        job_id=job_id or new_id(),
        kind=ReportKind.PORTFOLIO if several else ReportKind.SCAN,
        scan_id=None if several else scan_ids[0],
        scan_ids=scan_ids if several else (),
        written_at=None,
        created_at=settings.clock.now(),
    )
    reports.add_report(settings, record)
    if is_written:
        Path(record.path).parent.mkdir(parents=True, exist_ok=True)
        size, sha256 = write_atomically(Path(record.path), lambda file: file.write(b"report"))
        reports.complete_report(
            settings, report_id, written_at=factories.NOON, size=size, sha256=sha256, versions=VERSIONS
        )
    return record


def kept_scans(settings: Settings) -> list[str]:
    return [scan.id for scan in scans.list_scans(settings)]


def prune(settings: Settings, *groups: Group, rule: Rule | None = None) -> retention.Plan:
    return retention.carry_out(settings, retention.plan(settings, groups, rule))


def told(plan: retention.Plan) -> dict[str, str]:
    """Why each thing stays that was meant to go."""
    return {item.id: item.why for item in plan.staying}


@pytest.mark.parametrize(
    ("days", "count", "left"),
    [(0, 0, "abcdx"), (10, 0, "ab"), (0, 2, "abx"), (10, 3, "abcx"), (25, 1, "abcx")],
)
def test_scans_go_by_age_and_never_the_newest_of_each_site(settings, days, count, left):
    ages = {"d": 40, "c": 20, "b": 5, "a": 0}
    ids = {add_scan(settings, age): name for name, age in ages.items()}
    ids[add_scan(settings, 60, "other.example")] = "x"
    settings = replace(settings, scans_days=days, scans_count=count)

    planned = retention.plan(settings, [Group.SCANS])
    before = sorted(ids[one] for one in kept_scans(settings))
    done = retention.carry_out(settings, planned)

    assert before == sorted("abcdx")
    assert sorted(ids[one] for one in kept_scans(settings)) == sorted(left)
    assert {ids[item.id] for item in planned.going} == set("abcdx") - set(left)
    assert done.items == planned.items


def test_reports_go_with_their_scan_and_files_that_somebody_put_elsewhere_stay(settings, tmp_path):
    old, new = add_scan(settings, 9), add_scan(settings)
    inside, deleted_by_hand = add_report(settings, old), add_report(settings, old)
    outside = add_report(settings, old, path=tmp_path / "mine.csv")
    other = add_report(settings, new)
    Path(deleted_by_hand.path).unlink()

    done = prune(settings, Group.SCANS, rule=NEWEST_ONLY)

    assert kept_scans(settings) == [new]
    assert [report.id for report in reports.list_reports(settings)] == [other.id]
    assert not Path(inside.path).exists()
    assert Path(outside.path).exists()
    assert {item.id for item in done.going} == {old, inside.id, deleted_by_hand.id}
    assert told(done) == {}


def test_files_go_also_where_the_data_folder_is_reached_by_a_link(settings, tmp_path):
    scan_id = add_scan(settings, 9)
    add_scan(settings)
    report = add_report(settings, scan_id)
    link = tmp_path / "link"
    link.symlink_to(settings.home)
    linked = replace(settings, home=link)

    meant = report_life.outdated(linked, older_than=timedelta(0), now=linked.clock.now() + timedelta(1))
    done = prune(linked, Group.SCANS, rule=NEWEST_ONLY)

    assert [one.id for one in meant] == [report.id]
    assert [item.id for item in done.going] == [report.id, scan_id]
    assert not Path(report.path).exists()


def test_a_scan_that_is_held_stays_with_all_that_was_written_of_it(settings):
    old, middle, new = (add_scan(settings, age) for age in (9, 5, 0))
    report, portfolio = add_report(settings, old), add_report(settings, old, middle)
    held_scans.hold(settings, old, "Complaint 4711", settings.clock.now())

    done = prune(settings, Group.REPORTS, Group.SCANS, rule=Rule(older_than=timedelta(days=1)))
    (refused,) = report_life.delete(settings, [report], force=True)

    assert kept_scans(settings) == [new, middle, old]
    assert done.going == []
    assert told(done)[old].endswith(": Complaint 4711")
    assert told(done)[middle] == f"the portfolio report {portfolio.id[:8]} is about it"
    assert (refused.is_deleted, Path(report.path).exists()) == (False, True)

    held_scans.release(settings, old)
    report_life.delete(settings, [portfolio])
    prune(settings, Group.SCANS, rule=NEWEST_ONLY)
    assert kept_scans(settings) == [new]
    assert not Path(report.path).exists()


def test_what_a_job_is_to_write_of_keeps_its_scan(settings, queue_of_one):
    _, job = queue_of_one
    old, new = add_scan(settings, 9), add_scan(settings)
    add_report(settings, old, job_id=job.id, is_written=False)

    kept = prune(settings, Group.SCANS, rule=NEWEST_ONLY)
    monitor.revoke(job.id, settings=settings)
    gone = prune(settings, Group.SCANS, rule=NEWEST_ONLY)

    assert told(kept) == {old: f"the job {job.id[:8]} is to write a report of it"}
    assert [item.id for item in gone.going] == [old]
    assert kept_scans(settings) == [new]


def test_a_portfolio_keeps_its_scans_until_it_goes_itself(settings):
    old, new = add_scan(settings, 9), add_scan(settings)
    portfolio = add_report(settings, old, new)

    assert told(prune(settings, Group.SCANS, rule=NEWEST_ONLY)) == {
        old: f"the portfolio report {portfolio.id[:8]} is about it"
    }
    add_report(settings, old, new)
    prune(settings, Group.REPORTS, Group.SCANS, rule=NEWEST_ONLY)
    assert kept_scans(settings) == [new, old]
    report_life.delete(settings, reports.list_reports(settings))
    prune(settings, Group.SCANS, rule=NEWEST_ONLY)
    assert kept_scans(settings) == [new]


def test_no_report_is_accepted_of_a_scan_that_has_begun_to_go(settings):
    old, _ = add_scan(settings, 9), add_scan(settings)
    assert leaving_scans.begin(settings, old, settings.clock.now()) is None

    with pytest.raises(NotFoundError):
        add_report(settings, old)
    with pytest.raises(NotFoundError):
        held_scans.hold(settings, old, "Too late", settings.clock.now())

    assert reports.list_reports(settings) == []


def test_a_deletion_that_is_killed_is_finished_by_the_next(settings):
    """Killed at every statement in turn, a scan is there whole with its file, or is to be seen no more."""
    add_scan(settings)
    shown = []
    for statements in range(0, 40, 3):
        old = add_scan(settings, 9)
        report = add_report(settings, old)
        done = subprocess.run(
            [sys.executable, "-c", KILLED, old, str(statements)], capture_output=True, text=True
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        is_there = old in kept_scans(settings)
        shown.append(is_there)
        assert not is_there or Path(report.path).exists()
        assert is_there == any(one.id == report.id for one in reports.list_reports(settings))

        prune(settings, Group.SCANS, rule=Rule(older_than=timedelta(days=1)))

        assert old not in kept_scans(settings)
        assert leaving_scans.leaving(settings) == []
        assert not Path(report.path).exists()
    assert set(shown) == {True, False}
    with driver.read(settings) as connection:
        for table in ("captures", "cookies", "findings", "hosts"):
            rows = f"SELECT count(*) FROM {table} WHERE scan_seq NOT IN (SELECT seq FROM scans)"
            assert connection.execute(rows).fetchone()[0] == 0


KILLED = """
import os, signal, sys
import sqlalchemy as sa
from scanjobs import config
from scanjobs.db import session
from scanjobs.maintenance import scans

settings, left = config.current(), [int(sys.argv[2])]

def count(*_):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)

sa.event.listen(session.engine_for(settings), "before_cursor_execute", count)
scans.delete(settings, [sys.argv[1]])
"""


def test_a_scan_whose_file_cannot_be_deleted_is_shown_again(settings, monkeypatch):
    old, new = add_scan(settings, 9), add_scan(settings)
    report = add_report(settings, old)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        done = prune(settings, Group.SCANS, rule=NEWEST_ONLY)

    assert set(told(done)) == {old, report.id}
    assert kept_scans(settings) == [new, old]
    assert Path(report.path).exists()
    assert [one.id for one in reports.list_reports(settings)] == [report.id]


def add_event(settings: Settings, days_ago: float, *, is_read: bool = True) -> int:
    moment = settings.clock.now() - timedelta(days=days_ago)
    event = Event(id=new_id(), type=EventType.SCAN_IMPORTED, happened_at=moment, site="shop.example")
    events.append(settings, event)
    with driver.write(settings) as connection:
        found = connection.execute("SELECT seq FROM events WHERE id = :id", {"id": event.id}).fetchone()[0]
        connection.execute(
            "UPDATE events SET is_read = :read WHERE seq = :seq", {"read": is_read, "seq": found}
        )
    return int(found)


def add_delivery(settings: Settings, state: str, days_ago: float, *event_seqs: int) -> str:
    delivery_id, at = new_id(), settings.clock.timestamp() - days_ago * 86_400
    with driver.write(settings) as connection:
        seq = connection.execute(
            "INSERT INTO deliveries (id, subscription_id, recipient, channel, address, digest, state,"
            " created_at, due_at, attempts) VALUES (:id, 'one', 'Ops', 'email', 'ops@shop.example', 'none',"
            " :state, :at, :at, 1) RETURNING seq",
            {"id": delivery_id, "state": state, "at": at},
        ).fetchone()[0]
        connection.execute(
            "INSERT INTO delivery_attempts (delivery_seq, number, started_at) VALUES (:seq, 1, :at)",
            {"seq": seq, "at": at},
        )
        for event in event_seqs:
            connection.execute(
                "INSERT INTO delivery_events (delivery_seq, event_seq) VALUES (:seq, :event)",
                {"seq": seq, "event": event},
            )
    return delivery_id


def count(settings: Settings, table: str) -> int:
    with driver.read(settings) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_notifications_go_when_nothing_of_them_is_young_or_waits(settings):
    old, unread, waited, digested, young = (
        add_event(settings, 100),
        add_event(settings, 100, is_read=False),
        add_event(settings, 100),
        add_event(settings, 91),
        add_event(settings, 1),
    )
    gone = add_delivery(settings, "delivered", 100, old)
    add_delivery(settings, "waiting", 100, waited)
    add_delivery(settings, "delivered", 90, digested, young)
    trial = add_delivery(settings, "failed", 120)

    done = prune(settings, Group.NOTIFICATIONS)

    assert {item.id for item in done.going if item.kind is Kind.DELIVERY} == {gone, trial}
    assert [item.seq for item in done.going if item.kind is Kind.EVENT] == [old]
    assert {event for (event,) in _seqs(settings)} == {unread, waited, digested, young}
    assert (count(settings, "deliveries"), count(settings, "delivery_attempts")) == (2, 2)
    assert count(settings, "delivery_events") == 3


def _seqs(settings: Settings) -> list[tuple[int]]:
    with driver.read(settings) as connection:
        return [(row[0],) for row in connection.execute("SELECT seq FROM events").fetchall()]


def test_no_more_notifications_are_kept_than_the_settings_say(settings):
    seqs = [add_event(settings, 0) for _ in range(5)]
    settings = replace(settings, notifications_most=2)

    done = prune(settings, Group.NOTIFICATIONS)

    assert [item.seq for item in done.going] == seqs[:3]
    assert [event for (event,) in _seqs(settings)] == seqs[3:]


def test_jobs_go_by_age_and_count_but_not_before_statistics_have_seen_them(settings):
    queue = JobQueue("test", settings=lambda: settings)

    @queue.task()
    def work() -> None:
        return None

    jobs = [work() for _ in range(5)]
    for job, hours in zip(jobs[:4], (1000, 40, 20, 5), strict=True):
        monitor.revoke(job.id, settings=settings)
        with driver.write(settings) as connection:
            connection.execute(
                "UPDATE jobs SET finished_at = :at WHERE id = :id",
                {"at": settings.clock.timestamp() - hours * 3600, "id": job.id},
            )

    aged = retention.plan(settings, [Group.JOBS])
    capped = prune(replace(settings, history_most=1), Group.JOBS)

    assert [item.id for item in aged.going] == [jobs[0].id]
    assert [item.id for item in capped.going] == [job.id for job in jobs[:3]]
    assert count(settings, "jobs") == 2
    prune(replace(settings, history_days=0), Group.JOBS)
    assert count(settings, "jobs") == 2


def test_whoever_holds_a_scan_while_it_begins_to_go_is_heard_or_told(settings):
    """Both at once, again and again: it is held and there, or gone and the hold was refused."""
    for _ in range(20):
        scan_id = add_scan(settings, 9)
        report = add_report(settings, scan_id)
        refused: list[NotFoundError] = []
        barrier = threading.Barrier(2)

        def hold(scan_id=scan_id, barrier=barrier, refused=refused):
            try:
                barrier.wait()
                held_scans.hold(settings, scan_id, "Now", settings.clock.now())
            except NotFoundError as error:
                refused.append(error)
            finally:
                driver.dispose()

        thread = threading.Thread(target=hold)
        thread.start()
        barrier.wait()
        prune(settings, Group.SCANS, rule=Rule(older_than=timedelta(days=1)))
        thread.join()

        is_there = scan_id in kept_scans(settings)
        assert is_there != bool(refused)
        assert Path(report.path).exists() == is_there
        if is_there:
            held_scans.release(settings, scan_id)
