"""`scanjobs status --watch`: the live view in a real terminal, beside a worker that really works."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from scanjobs.domain.jobs import JobState
from scanjobs.jobs import monitor
from tests import fakes as tasks
from tests.conftest import SCANJOBS, on_postgres_only, wait_until
from tests.integration.conftest import fakes as fakes
from tests.screens import Terminal

LEFT = b"\x1b[?1049l"
"""What a program says that leaves the alternate screen."""
CURSOR = b"\x1b[?25h"


@pytest.fixture
def database(request):
    return getattr(request, "param", "sqlite")


@pytest.fixture
def terminal(settings, fakes):
    opened = []

    def open_(*words, **options):
        made = Terminal([*SCANJOBS, "status", "--watch", *words] if words != ("bash",) else words, **options)
        opened.append(made)
        return made

    yield open_
    for one in opened:
        one.close()


def is_whole(screen, columns, lines):
    """Title above, keys below, nothing wrapped or scrolled away."""
    shown = screen.lines
    return (
        len(shown) == lines
        and shown[0].startswith("scanjobs")
        and shown[-1].startswith("q quit"[:columns])
        and all(len(line) <= columns for line in shown)
    )


def test_everything_fits_eighty_columns_and_twenty_four_lines(terminal, worker, settings, tmp_path):
    worker("-c", "2", schedule=True)
    for number in range(20):
        tasks.trace(
            str(tmp_path), f"a job with a long name that nobody can show in full {number}", seconds=60
        )
    tasks.add.schedule(args=(1, 2), delay=3600)

    screen = terminal()
    screen.show("Sleeping")
    screen.show("Next run")

    assert is_whole(screen, 80, 24)
    for word in (
        "Worker",
        "alive",
        "Queue",
        "default",
        "notifications",
        "50%",
        "more",
        "Next run",
    ):
        assert word in screen.text, word
    assert f"{len(monitor.running_jobs(settings))} running" in screen.lines[0]


@pytest.mark.parametrize(("columns", "lines"), [(40, 10), (132, 50), (20, 5), (80, 12)])
def test_it_follows_when_the_window_is_resized(terminal, worker, columns, lines):
    worker()
    screen = terminal()
    screen.show("alive")

    screen.resize(columns, lines)

    screen.wait_for(lambda: is_whole(screen, columns, lines), "it fits")
    screen.resize(80, 24)
    screen.wait_for(lambda: is_whole(screen, 80, 24) and "alive" in screen.text, "it fits again")


def test_it_is_drawn_over_itself_without_being_wiped(terminal, worker):
    """Whoever clears the screen before each drawing makes it flicker."""
    worker()
    screen = terminal("0.1")
    screen.show("alive")
    before = len(screen.told)
    screen.wait_for(lambda: screen.told.count(b"scanjobs", before) > 5, "it is drawn some times")

    assert b"\x1b[2J" not in screen.told[before:]
    assert b"\x1b[K" not in screen.told[before:]


def test_a_queue_is_paused_and_resumed_by_a_key(terminal, worker, settings):
    worker()
    screen = terminal()
    screen.show("alive")
    assert [line.split()[0] for line in screen.reversed_lines] == ["default"]

    screen.press("j")
    screen.wait_for(lambda: "reports" in "".join(screen.reversed_lines), "reports is chosen")
    screen.press("p")
    screen.show("reports is paused")

    assert [one.name for one in monitor.queues(settings) if one.is_paused] == ["reports"]
    screen.press("\x1b[A")  # arrow up
    screen.wait_for(lambda: "default" in "".join(screen.reversed_lines), "default is chosen")
    screen.press("\x1b[Bp")
    screen.show("reports goes on")
    assert not any(one.is_paused for one in monitor.queues(settings))


def test_a_running_job_is_cancelled_by_a_key_when_one_says_yes(terminal, worker, settings, tmp_path):
    worker("-c", "1")
    running = tasks.check_patiently(str(tmp_path))
    waiting = tasks.add(1, 2)
    screen = terminal()
    screen.show("running  ")

    screen.press("\t")
    screen.wait_for(lambda: running.id[:8] in "".join(screen.reversed_lines), "the running job is chosen")
    screen.press("c")
    screen.show("y/n")
    screen.press("n")
    screen.show("q quit")
    assert monitor.job(settings, running.id).cancel is None

    screen.press("cy")
    screen.show("was asked to end")

    wait_until(lambda: running.state is JobState.CANCELLED, "it has ended")
    assert waiting.get(timeout=20) == 3


def test_a_waiting_job_is_cancelled_at_once(terminal, settings):
    first, second = tasks.add(1, 2), tasks.add(3, 4)
    screen = terminal()
    screen.show(second.id[:8])

    screen.press("\tjcy")
    screen.show("is cancelled")

    assert (first.state, second.state) == (JobState.QUEUED, JobState.CANCELLED)


def test_what_is_chosen_stays_chosen_when_others_come(terminal, settings):
    chosen = tasks.add(1, 2)
    screen = terminal("0.2")
    screen.show(chosen.id[:8])
    screen.press("\t")
    screen.wait_for(lambda: chosen.id[:8] in "".join(screen.reversed_lines), "it is chosen")

    tasks.queue.enqueue(tasks.add.signature(3, 4, priority=9))
    screen.show("2 waiting")

    assert chosen.id[:8] in "".join(screen.reversed_lines)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("q", 0),
        ("\x03", 130),
        ("\x1c", -signal.SIGQUIT),
        (signal.SIGTERM, -signal.SIGTERM),
        (signal.SIGHUP, -signal.SIGHUP),
    ],
)
def test_the_terminal_is_given_back_however_it_ends(terminal, how, code):
    screen = terminal()
    screen.show("q quit")
    assert screen.mode() != screen.usual

    if isinstance(how, str):
        screen.press(how)
    else:
        os.kill(screen.pid, how)

    assert screen.end() == code
    assert screen.mode() == screen.usual
    assert screen.told.rindex(LEFT) > screen.told.rindex(b"\x1b[?1049h")
    assert screen.told.rindex(CURSOR) > screen.told.rindex(b"\x1b[?25l")
    assert b"Traceback" not in screen.told


@pytest.mark.skipif(shutil.which("bash") is None, reason="a shell with jobs is wanted")
def test_it_is_suspended_and_goes_on(terminal):
    screen = terminal("bash", PS1="ready> ", BASH_SILENCE_DEPRECATION_WARNING="1")
    screen.press(f"unset PROMPT_COMMAND; {' '.join(SCANJOBS)} status --watch\n")
    screen.show("q quit")

    screen.press("\x1a")
    screen.show("Stopped")
    assert screen.told.rindex(LEFT) > screen.told.rindex(b"\x1b[?1049h")

    screen.press("fg\n")
    screen.wait_for(lambda: screen.told.rindex(b"\x1b[?1049h") > screen.told.rindex(LEFT), "it is back")
    screen.show("q quit")
    screen.press("q")
    screen.wait_for(lambda: screen.told.rindex(LEFT) > screen.told.rindex(b"\x1b[?1049h"), "it has ended")
    screen.press("exit\n")
    assert screen.end() == 0


@on_postgres_only
def test_a_database_that_is_away_is_told_and_waited_for(terminal, wire, worker):
    screen = terminal("0.2", SCANJOBS_DATABASE_URL=wire.url)
    screen.show("notifications")

    wire.cut()
    screen.show("Trying again: ")
    assert "notifications" in screen.text  # what was seen last

    wire.mend()
    screen.wait_for(lambda: "Trying again" not in screen.text, "it is back")
    screen.press("q")
    assert screen.end() == 0


def test_without_colours_none_are_used(terminal, worker):
    worker()
    screen = terminal(NO_COLOR="1")
    screen.show("alive")

    assert not re.search(rb"\x1b\[[0-9;]*\b(3[0-7]|9[0-7]|38)\b[0-9;]*m", screen.told)


def test_without_a_terminal_it_says_what_to_do_instead(scanjobs):
    done = scanjobs("status", "--watch")

    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a terminal" in done.stderr
    assert "--watch --json" in done.stderr


@pytest.mark.parametrize("words", [["2"], ["--watch", "0"], ["--watch", "soon"]])
def test_seconds_that_mean_nothing_are_refused(scanjobs, words):
    done = scanjobs("status", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def watched(*words):
    return subprocess.Popen(
        [sys.executable, "-m", "scanjobs", "status", "--watch", "--json", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_programs_read_a_line_at_each_look(settings, fakes):
    process = watched("0.1")
    first = json.loads(process.stdout.readline())
    assert first["waiting"] == []

    job = tasks.add(1, 2)

    for line in process.stdout:
        if json.loads(line)["waiting"]:
            break
    assert json.loads(line)["waiting"][0]["id"] == job.id
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=20)
    assert (process.returncode, complaints) == (130, "")


def test_who_has_read_enough_is_left_in_peace(settings):
    process = watched("0.1")
    process.stdout.readline()

    process.stdout.close()

    assert process.wait(20) == 0
    assert process.stderr.read() == ""
