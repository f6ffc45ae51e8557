"""`scanjobs jobs` and `queues`: what a person can do with work that waits, runs, or went wrong."""

from __future__ import annotations

import json
import os

import pytest

from tests.conftest import wait_until
from tests.integration.conftest import fakes as fakes


def submit(scanjobs, task, *options, **kwargs):
    done = scanjobs(
        "jobs", "submit", f"tests.fakes.{task}", "--kwargs", json.dumps(kwargs), *options, "--json"
    )
    assert done.returncode == 0, done.stderr
    return [job["id"] for job in json.loads(done.stdout)]


def job(scanjobs, identifier):
    return json.loads(scanjobs("jobs", "show", identifier, "--json").stdout)[0]


def test_a_task_of_ones_own_is_submitted_and_run(scanjobs):
    (identifier,) = submit(scanjobs, "add", first=1, second=2)

    done = scanjobs("jobs", "wait", identifier[:8], "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout)[0]["result"] == 3


def test_many_are_submitted_at_once(scanjobs):
    assert len(set(submit(scanjobs, "add", "-n", "100", first=1, second=2))) == 100

    listed = json.loads(scanjobs("jobs", "list", "--limit", "1000", "--json").stdout)
    assert [one["state"] for one in listed] == ["queued"] * 100


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nobody.knows"], "no task nobody.knows"),
        (["tests.fakes.add", "--kwargs", "{"], "not JSON"),
        (["tests.fakes.add", "--kwargs", "[1]"], "is an object"),
        (["tests.fakes.add", "--kwargs", '{"colour": 1}'], "does not take"),
        (["tests.fakes.add", "--in", "soon"], "no duration"),
        (["tests.fakes.add", "--at", "soon"], "no moment"),
        (["tests.fakes.add", "--in", "1m", "--at", "08:00"], "exclude each other"),
    ],
)
def test_what_cannot_be_submitted_is_refused(scanjobs, words, told):
    done = scanjobs("jobs", "submit", *words)

    assert done.returncode in (2, 3)
    assert told in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert json.loads(scanjobs("jobs", "list", "--json").stdout) == []


def test_a_job_for_later_waits_for_its_time(scanjobs):
    (later,) = submit(scanjobs, "add", "--in", "1h", first=1, second=2)
    (now,) = submit(scanjobs, "add", first=1, second=2)

    assert scanjobs("worker", "--drain").returncode == 0

    assert (job(scanjobs, later)["state"], job(scanjobs, now)["state"]) == ("scheduled", "succeeded")


def test_the_story_of_a_job_is_told(scanjobs):
    (identifier,) = submit(scanjobs, "succeed_at_attempt", number=2)
    scanjobs("worker", "--drain")

    told = scanjobs("jobs", "show", identifier).stdout

    for word in ("claimed", "retrying", "too early", "succeeded", "attempt", "result"):
        assert word in told, word
    assert [event["event"] for event in job(scanjobs, identifier)["events"]] == [
        "claimed",
        "retrying",
        "claimed",
        "succeeded",
    ]


def test_every_attempt_is_told_with_its_error(scanjobs):
    (identifier,) = submit(scanjobs, "succeed_at_attempt", number=3)
    scanjobs("worker", "--drain")

    told = job(scanjobs, identifier)

    assert [(one["number"], one["outcome"], one["error"]) for one in told["attempts"]] == [
        (1, "retrying", "RuntimeError: attempt 1 is too early"),
        (2, "retrying", "RuntimeError: attempt 2 is too early"),
        (3, "succeeded", None),
    ]
    assert all(one["worker"] == told["worker_id"][:8] for one in told["attempts"])
    shown = scanjobs("jobs", "show", identifier).stdout
    assert "attempt 2 is too early" in shown.partition("Ended as")[2]


def test_a_traceback_is_told_by_its_end_or_as_a_whole(scanjobs):
    (identifier,) = submit(scanjobs, "fail", sentence="The lamp is broken.")
    scanjobs("worker", "--drain")

    short = scanjobs("jobs", "show", identifier).stdout
    whole = scanjobs("jobs", "show", identifier, "--traceback").stdout

    for shown in (short, whole):
        assert "RuntimeError: The lamp is broken." in shown
    assert "Traceback (most recent call last)" in whole
    assert "Traceback (most recent call last)" not in short
    assert "--traceback" in short


def test_a_job_tells_its_file_its_events_and_those_submitted_with_it(scanjobs, shop):
    first, second = json.loads(scanjobs("report", shop, "-f", "csv", "-f", "json", "--json").stdout)
    scanjobs("worker", "--drain")

    told = job(scanjobs, first["id"])

    assert told["report"]["sha256"]
    assert [one["id"] for one in told["siblings"]] == [second["id"]]
    shown = scanjobs("jobs", "show", first["id"]).stdout
    assert told["report"]["path"] in shown.replace("\n", "").replace(" ", "")
    assert second["id"][:8] in shown


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (["--contains", "4711"], 1),
        (["--since", "1h"], 2),
        (["--until", "1h"], 0),
        (["--since", "2020-01-01T00:00", "--until", "2020-02-01T00:00"], 0),
        (["--worker", "00000000"], 0),
    ],
)
def test_jobs_are_listed_by_time_worker_and_words(scanjobs, words, number):
    submit(scanjobs, "add", first=4711, second=2)
    submit(scanjobs, "add", first=1, second=2)

    assert len(json.loads(scanjobs("jobs", "list", *words, "--json").stdout)) == number


def test_a_moment_that_is_none_is_refused(scanjobs):
    done = scanjobs("jobs", "list", "--since", "lately")

    assert done.returncode == 2
    assert "is no moment" in " ".join(done.stderr.replace("│", " ").split())


def test_a_failed_job_is_retried_by_hand(scanjobs):
    (identifier,) = submit(scanjobs, "fail", sentence="The lamp is broken.")
    scanjobs("worker", "--drain")
    assert job(scanjobs, identifier)["state"] == "failed"
    assert "The lamp is broken" in scanjobs("jobs", "list", "--state", "failed").stdout

    assert "waits in the queue" in scanjobs("jobs", "retry", identifier[:6]).stdout

    assert job(scanjobs, identifier)["state"] == "queued"
    refused = scanjobs("jobs", "retry", identifier)
    assert (refused.returncode, "only failed" in refused.stderr) == (3, True)


def test_waiting_and_running_jobs_are_cancelled(scanjobs, worker, tmp_path):
    worker("-c", "1")
    (running,) = submit(scanjobs, "trace", folder=str(tmp_path), name="long", seconds=60)
    wait_until(lambda: list(tmp_path.glob("long.start.*")), "it has started")
    (waiting,) = submit(scanjobs, "add", first=1, second=2)

    told = scanjobs("jobs", "cancel", waiting, running).stdout

    assert "was asked to end" in told
    assert "cancelled" in told
    wait_until(lambda: job(scanjobs, running)["state"] == "cancelled", "the running one ended")
    assert job(scanjobs, waiting)["state"] == "cancelled"


def test_a_paused_queue_waits(scanjobs, worker):
    worker()
    scanjobs("queues", "pause", "default")
    (identifier,) = submit(scanjobs, "add", first=1, second=2)
    assert "paused" in scanjobs("queues", "list").stdout
    assert "paused" in scanjobs("status").stdout
    assert job(scanjobs, identifier)["state"] == "queued"

    scanjobs("queues", "resume", "default")

    wait_until(lambda: job(scanjobs, identifier)["state"] == "succeeded", "it was run")


def test_purging_asks_first(scanjobs):
    submit(scanjobs, "add", "-n", "3", first=1, second=2)

    asked = scanjobs("queues", "purge", "default", input="n\n")
    assert asked.returncode == 130
    assert "3 waiting jobs" in asked.stderr

    assert scanjobs("queues", "purge", "default", "--yes").stdout == "3 jobs cancelled\n"


def test_the_same_report_waits_once(scanjobs, shop):
    first = json.loads(scanjobs("report", shop, "--json").stdout)
    again = scanjobs("report", shop, "--json")

    assert json.loads(again.stdout)[0]["id"] == first[0]["id"]
    assert "waits already" in again.stderr
    assert len(json.loads(scanjobs("jobs", "list", "--json").stdout)) == 1


def test_a_module_that_is_not_there_is_told(scanjobs):
    done = scanjobs("worker", "--drain", env={**os.environ, "SCANJOBS_TASKS": "no.such.module"})

    assert done.returncode == 2
    assert "no.such.module" in done.stderr
    assert "hint:" in done.stderr


def test_a_big_payload_is_carried(scanjobs, settings):
    from tests import fakes

    big = fakes.echo("x" * 10_000_000)

    assert scanjobs("worker", "--drain").returncode == 0

    assert len(big.get(timeout=5)) == 10_000_000


def test_the_tasks_that_can_be_submitted_are_listed(scanjobs):
    listed = json.loads(scanjobs("jobs", "tasks", "--json").stdout)

    (report,) = (task for task in listed if task["name"] == "scanjobs.tasks.generate_report")
    assert (report["queue"], report["retries"], report["is_unique"]) == ("reports", 3, True)
    assert "tests.fakes.add" in [task["name"] for task in listed]
    assert "tests.fakes.add" in scanjobs("jobs", "tasks").stdout
