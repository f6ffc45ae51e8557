"""One month from an empty folder to a database at rest."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.month_driver.plan import BEGINNING, Plan, Subscriber, Visit
from benchmarks.month_driver.receivers import Kills, Receivers
from scanjobs import config, pipeline, tasks
from scanjobs.config import Settings
from scanjobs.db import driver, events, session, subscriptions
from scanjobs.domain.clock import SharedClock
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.findings import Severity
from scanjobs.domain.ids import new_id
from scanjobs.domain.notifications import Channel, Digest, Subscription, Target
from scanjobs.domain.reports import ReportOptions
from scanjobs.notifications.subscriptions import checked
from scanjobs.notifications.timing import quiet_hours

AFTERMATH = timedelta(days=2)
"""So long after the month the last digest has gone out, and all that was held."""
PATIENCE_SECONDS = 120.0

_NEXT_JOB = "SELECT min(run_at) FROM jobs WHERE state IN ('scheduled', 'retrying') AND run_at > :now"
_DUE_JOBS = """
    SELECT count(*) FROM jobs
     WHERE state IN ('queued', 'running') OR (state IN ('scheduled', 'retrying') AND run_at <= :now)
"""
_OWED = "SELECT count(*) FROM deliveries WHERE state = 'waiting'"


class Month:
    """One run in one folder: `run` does everything, `end` leaves no process behind."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self.folder = folder
        self._home = folder / "home"
        self._home.mkdir()
        self._clock_file = folder / "clock"
        self.clock = SharedClock(self._clock_file)
        self.clock.forward(BEGINNING.timestamp() - self.clock.timestamp())
        self._chance = random.Random(plan.seed)
        self.kills = Kills(chance=random.Random(plan.seed + 1), share=plan.kill_share)
        self.receivers = Receivers(self.clock, self.kills)
        self._configure()
        self.settings: Settings = config.use(config.load(environment=self._environment()))
        self._worker: subprocess.Popen[bytes] | None = None
        self.scans: list[str] = []
        self.reports = 0

    def run(self) -> None:
        """Live through it, kill now and then, and let all that is held or gathered go out."""
        os.environ.update(self._environment())
        tasks.meet_schedule(self.settings)
        for subscriber in self._plan.subscribers:
            subscriptions.add_subscription(self.settings, self._subscription(subscriber))
        visits = list(self._plan.visits)
        end = self._plan.end + AFTERMATH
        while (now := self.clock.now()) < end:
            while visits and visits[0].at <= now:
                self._visit(visits.pop(0))
            self._settle()
            coming = [visits[0].at] if visits else []
            self._sleep(min([end, *coming, *self._next_job()]))
        self.kills.is_over = True
        self._settle()
        for subscriber in self._plan.subscribers:
            if subscriber.channel == "file":
                self.receivers.read_file(subscriber.name, self._file_of(subscriber))

    def end(self) -> None:
        """Leave nothing running."""
        if self._worker is not None and self._worker.poll() is None:
            self._kill(self._worker.pid)
        self.receivers.close()
        session.dispose()

    def target_of(self, subscriber: Subscriber) -> Target:
        """Where a subscriber is told."""
        url = f"http://127.0.0.1:{self.receivers.web_port}/{subscriber.name}"
        match subscriber.channel:
            case "email":
                return Target(channel=Channel.EMAIL, address=f"{subscriber.name}@agency.example")
            case "file":
                return Target(channel=Channel.FILE, address=str(self._file_of(subscriber)))
            case _:
                return Target(channel=Channel.WEBHOOK, address=url, secret="env:MONTH_KEY")

    def _file_of(self, subscriber: Subscriber) -> Path:
        return self.folder / f"{subscriber.name}.jsonl"

    def _subscription(self, subscriber: Subscriber) -> Subscription:
        return checked(
            Subscription(
                id=new_id(),
                name=subscriber.name,
                events=subscriber.events,
                sites=subscriber.sites,
                minimum_severity=Severity(subscriber.severity),
                targets=(self.target_of(subscriber),),
                quiet=quiet_hours(subscriber.quiet) if subscriber.quiet else None,
                zone=subscriber.zone,
                digest=Digest(subscriber.digest),
                created_at=BEGINNING,
                updated_at=BEGINNING,
            )
        )

    def _visit(self, visit: Visit) -> None:
        """Take in a scan, and have its report written."""
        capture = self.folder / "capture.json"
        now = self.clock.timestamp()
        cookies = [
            {
                "name": name,
                "value": f"{self._chance.getrandbits(64):x}",
                "domain": f".{visit.site}",
                "path": "/",
                "expirationDate": now + 86_400 * (30 if number % 3 else 900),
                "hostOnly": False,
                "httpOnly": number % 2 == 0,
                "secure": True,
                "session": False,
                "sameSite": "lax",
                "storeId": "0",
            }
            for number, name in enumerate(visit.cookies)
        ]
        capture.write_text(json.dumps(cookies))
        done = pipeline.import_scan(
            self.settings,
            [pipeline.CaptureFile(path=capture, phase=ConsentPhase.BEFORE)],
            site=visit.site,
        )
        self.scans.append(done.scan.id)
        tasks.submit_reports(done.scan.id, ["csv"], options=ReportOptions())
        self.reports += 1

    def _settle(self) -> None:
        """Let the worker do all that is due now, killing it now and then."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            self._tend_worker()
            if not self.kills.is_over and self._chance.random() < 0.01:
                self._kill_somebody()
            if not self._due_jobs() and not events.has_unread(self.settings):
                return
            if time.monotonic() > until:
                raise SystemExit(f"the worker did not do what is due at {self.clock.now()}")
            time.sleep(0.02)

    def _next_job(self) -> list[datetime]:
        with driver.read(self.settings) as connection:
            (at,) = connection.execute(_NEXT_JOB, {"now": self.clock.timestamp()}).fetchone()
        return [] if at is None else [datetime.fromtimestamp(at, BEGINNING.tzinfo)]

    def _due_jobs(self) -> int:
        with driver.read(self.settings) as connection:
            (number,) = connection.execute(_DUE_JOBS, {"now": self.clock.timestamp()}).fetchone()
        return int(number)

    def owed(self) -> int:
        """How many deliveries wait."""
        with driver.read(self.settings) as connection:
            return int(connection.execute(_OWED).fetchone()[0])

    def _sleep(self, until: datetime) -> None:
        seconds = (until - self.clock.now()).total_seconds()
        if seconds > 0:
            self.clock.forward(seconds)

    def _tend_worker(self) -> None:
        if self._worker is None or self._worker.poll() is not None:
            log = (self.folder / "worker.log").open("ab")
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "scanjobs", "worker"],
                env={**os.environ, **self._environment()},
                stderr=log,
                start_new_session=True,
            )
            log.close()
            self.kills.workers = {self._worker.pid}

    def _kill_somebody(self) -> None:
        """A supervisor, or one of its children."""
        if self._worker is None or self._worker.poll() is not None:
            return
        found = subprocess.run(
            ["pgrep", "-P", str(self._worker.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        victim = self._chance.choice([self._worker.pid, *map(int, found)])
        self.kills.others += 1
        self._kill(victim)

    def _kill(self, pid: int) -> None:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        if self._worker is not None and pid == self._worker.pid:
            self._worker.wait()

    def _configure(self) -> None:
        (self._home / "config.toml").write_text(
            f"""
history_days = 400

[mail]
host = "127.0.0.1"
port = {self.receivers.mail_port}
security = "none"
sender = "scanjobs@agency.example"

[webhooks]
allow_http = true
allow_private = true
"""
        )

    def _environment(self) -> dict[str, str]:
        return {
            "SCANJOBS_HOME": str(self._home),
            "SCANJOBS_CLOCK_FILE": str(self._clock_file),
            "MONTH_KEY": "whsec_bW9udGgtb2Ytbm90aWZpY2F0aW9ucy1rZXk=",
            "TZ": "UTC",
        }
