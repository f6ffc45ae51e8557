"""Each check of the chaos driver can fail: a database at rest, and one damage after the other."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections import Counter

import pytest

from benchmarks.chaos_driver import tasks as ours
from benchmarks.chaos_driver.examine import examine
from benchmarks.chaos_driver.notes import Cancel, Notes
from benchmarks.chaos_driver.violations import Violation
from scanjobs import tasks
from scanjobs.db import scans
from scanjobs.domain.clock import SystemClock
from scanjobs.domain.jobs import QUEUES, JobState
from scanjobs.jobs.claiming import Share
from scanjobs.jobs.leases import Leases
from scanjobs.jobs.values import Completion, Failure
from scanjobs.reports import generate
from tests import factories

WORKER = "5f3a9c1e-0000-4000-8000-000000000000"
STORY = """
    UPDATE jobs SET story = '[1, "claimed", {{"worker": "5f3a9c1e"}}]
{}
[9, "{}"]
' WHERE task LIKE '%.{}'
"""


class AtRest:
    """A database in which everything is as it should be, and what was noted of it."""

    def __init__(self, settings):
        self.settings = settings
        scans.add_scan(settings, scan := factories.scan_record())
        self.jobs = {
            "nothing": ours.nothing(7),
            "add": ours.add(1, 2),
            "fail": ours.fail(),
            "submit_others": ours.submit_others(0),
            "report": tasks.generate_report(scan.id, "csv"),
        }
        worker = Leases(settings=settings, worker_id=WORKER, share=Share(queues=QUEUES), clock=SystemClock())
        claims, _ = worker.turn([], free=9)
        report = self.id("report")
        generate.generate_report(settings, report, lambda *_: None)
        results = {self.id("nothing"): "7", self.id("add"): "3", self.id("submit_others"): "[]", report: "{}"}
        worker.turn([self._done(claim, results.get(claim.job_id)) for claim in claims], free=0)
        (self.report,) = settings.reports_folder.iterdir()

        self.notes = Notes(accepted={job.id: "job" for job in self.jobs.values()})
        for job in self.jobs.values():
            self.notes.told[job.id].append("5f3a9c1e")
            if job.id != report:
                self.notes.starts[job.id] = Counter({1: 1})

    def id(self, name):
        return self.jobs[name].id

    def execute(self, script):
        with sqlite3.connect(self.settings.database_path) as database:
            database.executescript(script)
        database.close()

    def violations(self):
        return [violation.told for violation in examine(self.settings, self.notes).violations]

    @staticmethod
    def _done(claim, result):
        now = time.time()
        if result is None:
            failed = Failure(error="RuntimeError: This task always fails.")
            return Completion(
                claim=claim, state=JobState.FAILED, failure=failed, started_at=now, ended_at=now
            )
        return Completion(claim=claim, state=JobState.SUCCEEDED, result=result, started_at=now, ended_at=now)


@pytest.fixture
def rest(settings):
    return AtRest(settings)


def test_nothing_is_found_where_nothing_is_wrong(rest):
    found = examine(rest.settings, rest.notes)

    assert (found.violations, len(found.jobs), found.reports_written) == ([], 5, 1)


@pytest.mark.parametrize(
    "damage, told",
    [
        ("DELETE FROM jobs WHERE task LIKE '%.nothing'", "accepted (job) and not there"),
        *(
            (f"UPDATE jobs SET state = '{state}' WHERE task LIKE '%.nothing'", f"stuck: it is {state}")
            for state in ("scheduled", "queued", "running", "retrying")
        ),
        (
            "UPDATE jobs SET story = story || '[2e9, \"failed\"]' WHERE task LIKE '%.nothing'",
            "2 outcomes in its story, its state is succeeded",
        ),
        (
            "UPDATE jobs SET story = '' WHERE task LIKE '%.add'",
            "0 outcomes in its story, its state is succeeded",
        ),
        (
            "UPDATE jobs SET story = replace(story, 'succeeded', 'cancelled') WHERE task LIKE '%.add'",
            "its story says cancelled, its state is succeeded",
        ),
        (
            "UPDATE jobs SET story = replace(story, 'claimed', 'rescued') WHERE task LIKE '%.add'",
            "an outcome or a return by somebody who did not hold it",
        ),
        (
            STORY.format('[2, "claimed", {"worker": "other"}]', "succeeded", "nothing"),
            "an outcome or a return by somebody who did not hold it",
        ),
        ("UPDATE jobs SET lease_token = 'x' WHERE task LIKE '%.add'", "succeeded and still leased"),
        ("UPDATE jobs SET attempt = 2 WHERE task LIKE '%.add'", "its story has 1 attempts, its row 2"),
        ("UPDATE jobs SET rescues = 1 WHERE task LIKE '%.add'", "its story has 0 rescues, its row 1"),
        (
            STORY.format("\n".join(['[2, "retrying"]\n[3, "claimed"]'] * 3), "failed", "fail"),
            "retried 3 times, allowed are 2",
        ),
        ("UPDATE jobs SET result = '8' WHERE task LIKE '%.nothing'", "its result is 8 for {'number': 7}"),
        ("UPDATE jobs SET result = NULL WHERE task LIKE '%.nothing'", "its result is None for {'number': 7}"),
        (
            "UPDATE jobs SET result = '4' WHERE task LIKE '%.add'",
            "its result is 4 for {'first': 1, 'second': 2}",
        ),
        (
            "UPDATE jobs SET result = '[\"x\"]' WHERE task LIKE '%.submit_others'",
            "its result ['x'] is not what it has submitted",
        ),
        (
            "UPDATE jobs SET state = 'succeeded', story = replace(story, 'failed', 'succeeded')"
            " WHERE task LIKE '%.fail'",
            "succeeded, which its task never does",
        ),
        ("UPDATE jobs SET error = NULL WHERE task LIKE '%.fail'", "failed without a reason"),
        (
            "UPDATE jobs SET error = NULL, state = 'cancelled', story = replace(story, 'failed', 'cancelled')"
            " WHERE task LIKE '%.fail'",
            "cancelled without a reason",
        ),
        (
            "INSERT INTO workers (id, host, boot_id, pid, lock_path, queues, is_private, concurrency,"
            " started_at, seen_at) VALUES ('5f3a9c1e-1', '', '', 1, '', '', 0, 1, 1, 1)",
            "the worker 5f3a9c1e is gone, and listed as if it were not",
        ),
        ("UPDATE reports SET written_at = NULL", "succeeded, and its report is not recorded as written"),
        ("DELETE FROM reports", "a report job without its report"),
        ("UPDATE reports SET scan_id = 'none'", "a row of reports points to nothing"),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'queued', 'succeeded')"
            " WHERE name = 'ix_jobs_ready'",
            "the integrity check says: row 1 missing from index ix_jobs_ready",
        ),
    ],
)
def test_a_damaged_row_is_found(rest, damage, told):
    rest.execute(damage)

    assert told in rest.violations()


def test_a_database_in_pieces_is_found(rest):
    with rest.settings.database_path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 3 * 4096)

    assert rest.violations()[0].startswith("the database cannot be read: ")


def test_a_report_without_its_job_is_found(rest):
    rest.execute("DELETE FROM jobs WHERE task LIKE '%.generate_report'")

    assert [one for one in rest.violations() if "was recorded without its job" in one]


def test_a_report_in_pieces_is_found(rest):
    rest.report.write_bytes(rest.report.read_bytes()[:-1])

    assert rest.violations() == [f"its report {rest.report} is not the one that was recorded"]


def test_a_report_that_was_recorded_in_pieces_is_found(rest):
    rest.report.write_bytes(content := rest.report.read_bytes()[:-1])
    digest = hashlib.sha256(content).hexdigest()
    rest.execute(f"UPDATE reports SET size = {len(content)}, sha256 = '{digest}'")

    assert rest.violations() == [f"its report {rest.report} is in pieces, and was recorded so"]


@pytest.mark.parametrize("format", ["csv", "html", "json", "pdf", "xlsx"])
def test_a_report_in_pieces_that_nobody_has_recorded_is_found(rest, format):
    rest.report.write_bytes(b'{"half": ')
    rest.execute(f"UPDATE reports SET written_at = NULL, format = '{format}'")

    assert f"its report {rest.report} is in pieces, and nobody has recorded it" in rest.violations()


def test_a_missing_report_is_found(rest):
    rest.report.unlink()

    assert rest.violations()[0].startswith("its report cannot be read: ")


def test_what_was_left_behind_is_found(rest):
    (rest.settings.reports_folder / ".report.csv.5f3a9c1e.part").touch()
    (rest.settings.home / "workers").mkdir(exist_ok=True)
    (rest.settings.home / "workers" / f"{WORKER}.lock").touch()

    assert rest.violations() == [
        "reports/.report.csv.5f3a9c1e.part was left behind",
        f"workers/{WORKER}.lock was left behind",
    ]


def test_a_job_that_was_refused_and_is_there_is_found(rest):
    rest.notes.refused_ids.add(rest.id("add"))

    assert examine(rest.settings, rest.notes).violations == [Violation("refused, and there", rest.id("add"))]


def test_a_second_start_without_a_second_claim_is_found(rest):
    rest.notes.starts[rest.id("add")][1] += 1

    assert rest.violations() == ["attempt 1 started 2 times, claimed 1 times"]


def test_a_start_beside_its_claim_is_found_though_another_claim_had_none(rest):
    """Two claims and two starts are one too many, when both starts belong to the second claim."""
    rest.execute(
        STORY.format('[2, "retrying"]\n[3, "claimed", {"worker": "5f3a9c1e"}]', "succeeded", "add")
        + "; UPDATE jobs SET attempt = 2 WHERE task LIKE '%.add'"
    )
    rest.notes.starts[rest.id("add")] = Counter({2: 2})

    assert rest.violations() == ["attempt 2 started 2 times, claimed 1 times"]


def test_an_outcome_without_a_start_is_found(rest):
    del rest.notes.starts[rest.id("add")]

    assert rest.violations() == ["succeeded and never started"]


def test_the_outcome_of_a_stale_worker_is_found(rest):
    rest.notes.told[rest.id("add")] = ["stale"]

    assert rest.violations() == ["the stale worker stale wrote its outcome; ['5f3a9c1e'] held it"]


def test_an_outcome_by_two_workers_is_found(rest):
    rest.notes.told[rest.id("add")].append("stale")

    assert rest.violations() == ["the workers 5f3a9c1e, stale all say that they wrote its outcome"]


@pytest.mark.parametrize(
    "at, at_once, told",
    [
        (0.0, False, ["was claimed after it had been cancelled"]),
        (2e9, True, ["was cancelled while it waited, and is succeeded"]),
        (2e9, False, []),  # it ran, and was quicker
    ],
)
def test_a_forgotten_cancellation_is_found(rest, at, at_once, told):
    rest.notes.cancels.append(Cancel(rest.id("add"), at, at_once))

    assert rest.violations() == told


def test_a_pipeline_that_does_not_go_on_is_found(rest):
    rest.notes.chains.append([rest.id("add"), "never-made"])

    assert rest.violations() == ["succeeded, and the next step of its pipeline is not there"]


def test_a_pipeline_that_goes_on_without_success_is_found(rest):
    rest.notes.chains.append([rest.id("fail"), rest.id("add")])

    assert rest.violations() == ["is there, though the step before it has not succeeded"]


def test_a_callback_that_was_not_given_every_result_is_found(rest):
    rest.notes.chords.append([rest.id("nothing"), rest.id("add")])

    assert "was given None of 1 members" in rest.violations()


def test_a_callback_that_began_too_early_is_found(rest):
    rest.execute(
        """
        UPDATE jobs SET payload = json_set(payload, '$.args', json('[[3]]'), '$.kwargs', json('{}')),
                        result = '[3]', started_at = 1, finished_at = 1 WHERE task LIKE '%.nothing'
        """
    )
    rest.notes.chords.append([rest.id("nothing"), rest.id("add")])

    assert "began before its members had ended" in rest.violations()


def test_a_job_that_nobody_rescued_for_long_is_found(rest):
    rest.execute(
        STORY.format('[40, "rescued", {"worker": "5f3a9c1e"}]\n[41, "claimed"]', "failed", "fail")
        + "; UPDATE jobs SET rescues = 1 WHERE task LIKE '%.fail'"
    )
    rest.notes.told[rest.id("fail")].clear()
    rest.notes.killed["5f3a9c1e"] = 2.0

    assert rest.violations() == ["back only 38.0 s after its worker was killed"]


def test_a_crash_is_found(rest):
    rest.notes.crashes.append("worker-0001.log: Traceback")

    assert rest.violations() == ["a process of the engine crashed: worker-0001.log: Traceback"]


def test_a_run_in_which_nothing_was_accepted_proves_nothing(settings):
    scans.add_scan(settings, factories.scan_record())

    assert [one.told for one in examine(settings, Notes()).violations] == [
        "nothing was accepted, so that nothing was proved"
    ]


def test_logs_that_tell_of_no_outcome_prove_nothing(rest):
    rest.notes.told.clear()

    assert rest.violations() == ["the logs tell of 0 of 5 outcomes: who wrote them was not checked"]
