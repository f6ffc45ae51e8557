"""What a website says is shown as it is: no markup, no steering of the terminal."""

from __future__ import annotations

import dataclasses
import logging

from rich.console import Console

from scanjobs import console
from scanjobs.commands.scan_view import scan_view
from scanjobs.commands.status_view import status_view
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import monitor
from tests.factories import capture, finding, label, labelled, observed, scan_record

HOSTILE = "[/x] [bold]loud[/bold] [link=https://evil.example]\x1b[31m\x07"


def drawn(*renderables):
    screen = Console(width=400, markup=False, highlight=False)
    with screen.capture() as captured:
        for renderable in renderables:
            screen.print(renderable)
    return captured.get()


def test_a_scan_with_hostile_words_is_shown_as_they_are():
    scan = scan_record(
        labelled(observed(HOSTILE, "shop.example"), label=label(vendor=HOSTILE)),
        site=HOSTILE,
        page_url=HOSTILE,
        captures=(capture(file_name=HOSTILE, tool=HOSTILE),),
        findings=(finding(summary=HOSTILE),),
    )

    shown = drawn(*scan_view(scan))

    assert shown.count("[bold]loud[/bold]") >= 6
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_a_job_with_hostile_words_is_shown_as_they_are(queue_of_one):
    settings, job = queue_of_one
    record = dataclasses.replace(
        monitor.job(settings, job.id), state=JobState.FAILED, error=HOSTILE, arguments={"word": HOSTILE[:30]}
    )
    status = dataclasses.replace(monitor.status(settings), finished=(record,), running=(record,))

    shown = drawn(*status_view(status))

    assert "[/x]" in shown
    assert "\x1b" not in shown


def test_an_error_cannot_steer_the_terminal(capsys):
    console.say("error", HOSTILE)

    told = capsys.readouterr().err
    assert "[bold]loud[/bold]" in told
    assert "\x1b[31m" not in told


def test_a_log_line_cannot_steer_the_terminal(settings, capsys):
    console.log_to_stderr(settings)

    logging.getLogger("scanjobs.jobs").error("failed: \x1b[31mred\x07")

    assert capsys.readouterr().err.endswith("error    failed: \\u001b[31mred\\u0007\n")
