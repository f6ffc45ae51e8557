"""Moving to another database: everything or nothing, and what waited there waits here."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from scanjobs import config
from scanjobs.db import copying, models, reports, scans, session
from scanjobs.domain.jobs import JobState
from scanjobs.errors import ScanjobsError, StorageError, UsageError
from scanjobs.jobs import monitor
from scanjobs.jobs.claiming import Share
from scanjobs.jobs.job import Job
from scanjobs.jobs.leases import Leases
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.values import Completion
from tests import factories
from tests.postgres import fresh_schema


@pytest.fixture
def elsewhere(database, settings, tmp_path):
    """An empty database of the other kind."""
    if database == "postgresql":
        yield replace(settings, database_url=f"sqlite:///{tmp_path / 'copy.db'}")
    else:
        with fresh_schema(is_empty=True) as url:
            yield replace(settings, database_url=url)
            session.dispose()


@pytest.fixture
def queue(settings):
    made = JobQueue("test", settings=config.current)

    @made.task()
    def work(number: int = 0) -> int:
        return number

    made.work = work
    return made


def worker(settings):
    share = Share(queues=("default",))
    return Leases(settings=settings, worker_id="worker", share=share, clock=settings.clock)


def test_everything_arrives_and_goes_on_there(settings, elsewhere, queue):
    cookies = [factories.labelled(factories.observed(f"c{number}\x00\x10")) for number in range(1100)]
    scans.add_scan(settings, scan := factories.scan_record(*cookies))
    reports.add_report(settings, report := factories.report_record())
    done, waiting = queue.work(1), queue.work(2, priority=-1)
    (claim,), _ = worker(settings).turn([], free=1)
    worker(settings).turn([Completion(claim=claim, state=JobState.SUCCEEDED, result="7")], free=0)
    queue.put("colour", "red")

    copied = copying.copy_database(settings, elsewhere)

    assert (copied["scans"], copied["cookies"], copied["jobs"]) == (1, 1100, 2)
    assert scans.load_scan(elsewhere, "latest") == scan
    assert reports.list_reports(elsewhere) == [report]
    assert monitor.job(elsewhere, done.id) == monitor.job(settings, done.id)
    config.use(elsewhere)
    later = queue.work(3)
    assert [task.id for task in queue.pending()] == [later.id, waiting.id]
    assert queue.get("colour", peek=True) == "red"
    scans.add_scan(elsewhere, factories.scan_record(id="6f3a9c1e-0000-4000-8000-000000000001"))


def test_a_database_that_holds_something_is_left_as_it_is(settings, elsewhere, queue):
    job = queue.work()
    scans.add_scan(elsewhere, factories.scan_record())

    with pytest.raises(StorageError, match="is not empty: there are scans in it"):
        copying.copy_database(settings, elsewhere)

    assert monitor.jobs(elsewhere) == ()
    assert Job(job.id, settings=lambda: settings).state is JobState.QUEUED


def test_what_fails_half_way_leaves_the_other_one_empty(settings, elsewhere, queue):
    queue.work.map(range(3))
    scans.add_scan(settings, factories.scan_record())

    def interrupt(table, done, total):
        if table == "scans":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy_database(settings, elsewhere, interrupt)

    with session.reading(elsewhere) as reader:
        for table in models.Base.metadata.sorted_tables:
            assert reader.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_database_is_not_copied_into_itself(settings):
    with pytest.raises(UsageError, match="into itself"):
        copying.copy_database(settings, settings)


@pytest.mark.parametrize(
    "url",
    ["oracle://me:secret@host/x", "postgresql://me:sec ret@[::1/x", "postgresql://me:secret@127.0.0.1:1/x"],
)
def test_a_place_that_cannot_be_reached_is_told_without_its_password(settings, url):
    with pytest.raises(ScanjobsError) as refused:
        copying.copy_database(settings, replace(settings, database_url=url))

    assert "sec" not in f"{refused.value.message}{refused.value.hint}"
    assert refused.value.hint
