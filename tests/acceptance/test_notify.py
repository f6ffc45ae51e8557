"""`scanjobs notify`: what a person says about who is told, and what those then get."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scanjobs.config import Settings
from tests.acceptance.conftest import DEMO
from tests.conftest import wait_until


class Receiver:
    """A web server that notes what it is sent, and answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.answers: list[Callable[[], int]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                receiver.got.append(body)
                receiver.ids.append(self.headers["webhook-id"])
                status = receiver.answers.pop(0)() if receiver.answers else 204
                self.send_response(status)
                if status == 429:
                    self.send_header("retry-after", "1")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self.words = ("--webhook", url, "--webhook-secret", "env:HOOK_KEY")
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """On this host, which the settings allow."""
    monkeypatch.setenv("HOOK_KEY", f"whsec_{base64.b64encode(b'a key of thirty-two bytes, or so').decode()}")
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "config.toml").write_text("[webhooks]\nallow_http = true\nallow_private = true\n")
    made = Receiver()
    yield made
    made.close()


def history(scanjobs: Any, *words: str) -> list[dict[str, Any]]:
    done = scanjobs("notify", "history", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_an_import_is_told_of_within_seconds(scanjobs, worker, receiver):
    """Whoever imports needs no worker; the worker sees it."""
    done = scanjobs("notify", "add", "dpo", *receiver.words, "--event", "compliance.violation")
    assert done.returncode == 0, done.stderr
    assert "start one with `scanjobs worker`" in done.stderr
    scanjobs("notify", "add", "other", *receiver.words, "--site", "other.example", "--event", "*")
    scanjobs("import", DEMO / "manifest.toml")
    worker()

    wait_until(lambda: receiver.got, "the receiver is told", seconds=30)
    (told,) = receiver.got
    assert told["type"] == "compliance.violation"
    assert told["data"]["site"] == "harbour-lamps.example"
    wait_until(lambda: history(scanjobs)[0]["state"] == "delivered", "the answer is written down")
    (sent,) = history(scanjobs, "--recipient", "dpo")
    assert sent["id"] == receiver.ids[0]
    assert sent["tries"][0]["answer"] == "HTTP 204"


def test_a_worker_killed_while_it_sends_sends_again_with_the_same_id(scanjobs, worker, receiver):
    """The receiver has the message, and nobody could write that down."""
    scanjobs("notify", "add", "dpo", *receiver.words, "--event", "scan.imported")
    first = worker("-c", "1")

    def kill_it() -> int:
        os.kill(first.pid, signal.SIGKILL)
        time.sleep(1)  # its child dies with it, and not before
        return 204

    receiver.answers.append(kill_it)
    scanjobs("import", DEMO / "manifest.toml")
    wait_until(lambda: receiver.ids, "the receiver is told")
    worker()

    wait_until(lambda: len(receiver.ids) == 2, "the receiver is told again", seconds=40)
    assert len(set(receiver.ids)) == 1
    wait_until(lambda: history(scanjobs)[0]["state"] == "delivered", "the answer is written down")
    assert [one["outcome"] for one in history(scanjobs)[0]["tries"]] == [None, "accepted"]
    shown = scanjobs("notify", "show", "latest")
    assert "never ended" in shown.stdout


def test_what_fails_is_tried_again_and_what_is_refused_is_not(scanjobs, worker, receiver):
    scanjobs("notify", "add", "dpo", *receiver.words, "--event", "scan.imported")
    receiver.answers += [lambda: 429, lambda: 410]
    scanjobs("import", DEMO / "manifest.toml")
    worker()

    wait_until(lambda: history(scanjobs)[0]["state"] == "failed", "it is given up", seconds=40)
    (sent,) = history(scanjobs, "--state", "failed")
    assert [one["outcome"] for one in sent["tries"]] == ["failed", "refused"]

    receiver.answers.append(lambda: 410)
    (job,) = json.loads(scanjobs("notify", "retry", "latest", "--json").stdout)
    assert (job["task"].rpartition(".")[2], job["queue"]) == ("deliver_notification", "notifications")
    wait_until(lambda: history(scanjobs)[0]["attempts"] == 3, "it is refused again")
    wait_until(lambda: history(scanjobs)[0]["state"] == "failed", "that is written down")

    done = scanjobs("notify", "retry", "--failed")
    assert done.stdout == "1 message will be sent again\n"
    wait_until(lambda: history(scanjobs)[0]["state"] == "delivered", "it is sent after all", seconds=20)
    assert len(set(receiver.ids)) == 1
    assert scanjobs("notify", "retry", "--failed").returncode == 3
    assert scanjobs("notify", "retry", "--failed", "--json").returncode == 3


def test_a_server_that_never_answers_keeps_nobody_else_waiting(scanjobs, worker, receiver, settings):
    """Its messages go one by one, and what is new is looked at before them."""
    with (settings.home / "config.toml").open("a") as file:
        file.write("timeout_seconds = 90\n")
    silent = socket.create_server(("127.0.0.1", 0))
    dead = f"http://127.0.0.1:{silent.getsockname()[1]}/hook"
    scanjobs("notify", "add", "dead", "--webhook", dead, *receiver.words[2:], "--event", "scan.failed")
    scanjobs("notify", "add", "dpo", *receiver.words, "--event", "scan.imported")
    for number in range(3):
        broken = settings.home / f"{number}.har"
        broken.write_text("{")
        assert scanjobs("import", broken).returncode != 0
    worker("-c", "2")
    with closing(silent):
        wait_until(
            lambda: (
                history(scanjobs, "--recipient", "dead")[-1:] != []
                and history(scanjobs, "--recipient", "dead")[-1]["attempts"]
            ),
            "the silent server is tried",
        )
        scanjobs("import", DEMO / "manifest.toml")

        wait_until(lambda: receiver.got, "the other one is told", seconds=30)
        tried = [one["attempts"] for one in history(scanjobs, "--recipient", "dead")]
        assert sorted(tried) == [0, 0, 1]


def test_the_whole_address_of_a_webhook_is_shown_nowhere(scanjobs, worker, receiver, settings):
    """Its path may be what nobody else knows: not in listings, not in what a job leaves behind."""
    receiver.answers.append(lambda: 410)
    url = receiver.words[1] + "/dGhlIGtleQ"
    made = scanjobs("notify", "add", "dpo", "--webhook", url, *receiver.words[2:], "--event", "scan.imported")
    scanjobs("import", DEMO / "manifest.toml")
    worker()
    wait_until(lambda: history(scanjobs)[0]["state"] == "failed", "it is refused", seconds=30)

    shown = [made]
    for words in (["notify", "list"], ["notify", "history"], ["notify", "show", "latest"]):
        shown += [scanjobs(*words), scanjobs(*words, "--json")]
    # What may be posted to is looked at anew each time.
    (settings.home / "config.toml").write_text("")
    shown += [scanjobs("notify", "test", "dpo"), scanjobs("notify", "retry", "--failed")]
    wait_until(lambda: history(scanjobs)[0]["attempts"] == 2, "it is refused again", seconds=30)
    jobs = json.loads(scanjobs("jobs", "list", "--json").stdout)
    shown += [scanjobs("jobs", "show", job["id"], "--json") for job in jobs]
    assert not [done.args for done in shown if "dGhlIGtleQ" in done.stdout + done.stderr]
    assert all("/hook…" in done.stdout for done in shown[:7])


def test_a_subscription_is_listed_changed_tried_and_removed(scanjobs, receiver, tmp_path):
    told = tmp_path / "told.jsonl"
    scanjobs("notify", "add", "dpo", "--file", told, "--quiet", "22:00-07:00", "--zone", "Europe/Berlin")
    done = scanjobs("notify", "edit", "dpo", "--event", "report.*", "--digest", "daily", "--pause", "--json")
    assert done.returncode == 0, done.stderr
    (changed,) = json.loads(done.stdout)
    assert (changed["events"], changed["digest"], changed["is_paused"]) == (["report.*"], "daily", True)
    assert changed["quiet"] == {"start": "22:00", "end": "07:00"}
    assert "daily at 08:00" in " ".join(scanjobs("notify", "list").stdout.split())

    tried = scanjobs("notify", "test", "dpo", "--event", "report.completed")
    assert tried.returncode == 0, tried.stderr
    assert json.loads(told.read_text())["type"] == "report.completed"
    assert history(scanjobs) == []

    both = scanjobs("notify", "edit", "dpo", "--every-site", "--site", "shop.example")
    assert (both.returncode, "exclude each other" in both.stderr) == (2, True)

    assert scanjobs("notify", "remove", "dpo").stdout == "dpo: removed\n"
    gone = scanjobs("notify", "remove", "dpo")
    assert (gone.returncode, "There is no subscription dpo." in gone.stderr) == (3, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["dpo"], 2, "nowhere to be told"),
        (["dpo", "--email", "dpo@harbour-lamps.example"], 2, "mail"),
        (["dpo", "--webhook", "https://hooks.example/x", "--webhook-secret", "secret"], 2, "env:NAME"),
        (["dpo", "--slack", "https://hooks.slack.example/x"], 2, "secret"),
        (["dpo", "--file", "/nowhere/told.jsonl"], 2, "not there"),
        (["dpo", "--file", "/tmp/told.jsonl", "--event", "scan.done"], 2, "no events"),
        (["dpo", "--file", "/tmp/told.jsonl", "--quiet", "night"], 2, "quiet hours"),
        (["dpo", "--file", "/tmp/told.jsonl", "--zone", "Mars"], 2, "time zone"),
        (["dpo", "--webhook-secret", "env:KEY"], 2, "--webhook"),
        (["dpo", "--file", "/tmp/told.jsonl", "--digest-at", "25:00"], 2, "time of day"),
    ],
)
def test_what_cannot_work_is_refused_at_once(scanjobs, words, code, said):
    done = scanjobs("notify", "add", *words)

    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(scanjobs("notify", "list", "--json").stdout) == []


def test_a_preview_shows_every_kind_of_message(scanjobs, tmp_path):
    done = scanjobs("notify", "preview", "--output", tmp_path / "preview")
    assert done.returncode == 0, done.stderr
    names = {line.rpartition("/")[2] for line in done.stdout.splitlines()}

    assert any(name.endswith(".eml") for name in names)
    assert any("compliance.violation" in name for name in names)
    only = scanjobs("notify", "preview", "-o", tmp_path / "one", "--event", "scan.failed")
    assert all("scan.failed" in line for line in only.stdout.splitlines())
