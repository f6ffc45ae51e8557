"""From an event to a delivery, and what comes of it: told once, held in quiet hours, gathered, given up."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from scanjobs.config import Settings
from scanjobs.db import deliveries, events, subscriptions
from scanjobs.db.session import reading, transaction
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Severity
from scanjobs.domain.ids import new_id
from scanjobs.domain.notifications import (
    AttemptOutcome,
    Channel,
    DeliveryRecord,
    DeliveryState,
    Digest,
    QuietHours,
    Subscription,
    Target,
)
from scanjobs.errors import DeliveryError, DeliveryRefusedError, UsageError
from scanjobs.notifications.deliver import MOST_ATTEMPTS, deliver, lost_deliveries
from scanjobs.notifications.dispatch import CHUNK, MOST_TOLD, dispatch_events
from scanjobs.notifications.editing import edit
from tests.clocks import FakeClock
from tests.conftest import on_postgres_only
from tests.factories import NOON


class Desk:
    """A data folder with a clock, subscribers who read files, and the jobs that were submitted for them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.clock = FakeClock()
        self.jobs: list[tuple[str, datetime]] = []

    def subscribe(self, name: str = "dpo", **changes: Any) -> Subscription:
        values: dict[str, Any] = {
            "id": new_id(),
            "name": name,
            "events": ("*",),
            "targets": (self.file(name),),
            "created_at": NOON,
            "updated_at": NOON,
        }
        made = Subscription(**{**values, **changes})
        subscriptions.add_subscription(self.settings, made)
        return made

    def file(self, name: str) -> Target:
        return Target(channel=Channel.FILE, address=str(self.folder / f"{name}.jsonl"))

    def told(self, name: str = "dpo") -> list[dict[str, Any]]:
        path = self.folder / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def happens(self, type: EventType = EventType.SCAN_IMPORTED, **changes: Any) -> Event:
        facts = {"cookies": 3, "third_party_cookies": 1, "storage": 0, "hosts": 2, "phases": ["before"]}
        facts |= {"complete": True, "score": 40, "verdict": "not compliant", "failed_rules": 2}
        values = {"site": "shop.example", "scan_id": new_id(), "facts": facts, **changes}
        event = Event(id=new_id(), type=type, happened_at=self.clock.now(), **values)
        events.append(self.settings, event)
        return event

    def dispatch(self) -> dict[str, int]:
        return dispatch_events(self.settings, self._submit, clock=self.clock)

    def work(self) -> list[Any]:
        """Run the jobs that are due."""
        due = [job for job in self.jobs if job[1] <= self.clock.now()]
        self.jobs = [job for job in self.jobs if job not in due]
        return [self.deliver(id) for id, _ in due]

    def deliver(self, id: str, job_id: str | None = None) -> Any:
        return deliver(self.settings, id, job_id, self._submit, clock=self.clock)

    def deliveries(self, **which: Any) -> list[DeliveryRecord]:
        return deliveries.list_deliveries(self.settings, **which)

    def _submit(self, id: str, target: Target, due_at: datetime) -> None:
        self.jobs.append((id, due_at))


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Desk:
    folder = tmp_path / "told"
    folder.mkdir()
    return Desk(settings, folder)


def test_an_event_is_told_once_to_each_who_wants_it(desk: Desk) -> None:
    desk.subscribe("dpo", targets=(desk.file("dpo"), desk.file("copy")))
    desk.subscribe("other", sites=("other.example",))
    desk.happens()

    assert desk.dispatch() == {"events": 1, "deliveries": 2}
    assert desk.dispatch() == {"events": 0, "deliveries": 0}
    desk.work()
    assert len(desk.told("dpo")) == len(desk.told("copy")) == 1
    assert desk.told("other") == []
    assert {one.state for one in desk.deliveries()} == {DeliveryState.DELIVERED}


def test_many_events_are_dispatched_in_small_steps(desk: Desk) -> None:
    desk.subscribe()
    with transaction(desk.settings):
        for _ in range(CHUNK * 2 + 1):
            desk.happens()

    assert desk.dispatch() == {"events": CHUNK * 2 + 1, "deliveries": CHUNK * 2 + 1}


def test_what_was_delivered_is_not_sent_again(desk: Desk) -> None:
    """A job that runs again after its worker was killed finds that there is nothing to do."""
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs
    desk.work()

    assert desk.deliver(id).state is DeliveryState.DELIVERED
    assert len(desk.told()) == 1


def test_a_killed_attempt_is_made_again_with_the_same_id(desk: Desk) -> None:
    """Killed between an answer and its record: told twice, and both are one by their id."""
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs
    with transaction(desk.settings):
        deliveries.begin_attempt(desk.settings, id, "a killed job", desk.clock.now())
    desk.work()

    (record,) = desk.deliveries()
    assert [one.outcome for one in record.tries] == [None, AttemptOutcome.ACCEPTED]
    assert record.tries[0].job_id == "a killed job"
    assert record.attempts == 2


def test_two_jobs_do_not_send_one_message_side_by_side(desk: Desk) -> None:
    """The second one leaves it to the first; should that have been killed, it is missed after a while."""
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs
    with transaction(desk.settings):
        deliveries.begin_attempt(desk.settings, id, "first", desk.clock.now())

    assert desk.deliver(id, "second").state is DeliveryState.WAITING
    assert desk.told() == []
    desk.clock.forward(1200)
    assert [one for one, _ in lost_deliveries(desk.settings, clock=desk.clock)] == [id]
    assert desk.deliver(id, "third").state is DeliveryState.DELIVERED


def test_clocks_that_differ_a_little_put_nothing_off(desk: Desk) -> None:
    """The clock of the host that sends is behind that of the one that made the message."""
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs
    desk.clock.forward(-0.2)

    assert desk.deliver(id).state is DeliveryState.DELIVERED
    assert len(desk.jobs) == 1


def test_dispatchers_side_by_side_make_each_message_once(desk: Desk) -> None:
    desk.subscribe()
    with transaction(desk.settings):
        for _ in range(CHUNK * 4):
            desk.happens()
    with ThreadPoolExecutor(4) as threads:
        done = [future.result() for future in [threads.submit(desk.dispatch) for _ in range(4)]]

    assert sum(one["events"] for one in done) == sum(one["deliveries"] for one in done) == CHUNK * 4
    assert len({id for id, _ in desk.jobs}) == len(desk.jobs) == CHUNK * 4


@on_postgres_only
def test_an_event_that_is_committed_late_is_told(desk: Desk) -> None:
    """On a server a later one may be there before it."""
    desk.subscribe()
    has_begun, may_end = threading.Event(), threading.Event()

    def late() -> None:
        with transaction(desk.settings):
            desk.happens(site="late.example")
            has_begun.set()
            may_end.wait(20)

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(late)
        assert has_begun.wait(20)
        desk.happens(site="soon.example")
        first = desk.dispatch()
        may_end.set()
        slow.result()

    assert first == desk.dispatch() == {"events": 1, "deliveries": 1}
    assert [one.events[0].site for one in desk.deliveries()] == ["late.example", "soon.example"]


def test_nothing_goes_out_in_quiet_hours(desk: Desk) -> None:
    desk.subscribe(quiet=QuietHours(start="11:00", end="13:00"))
    desk.happens()
    desk.dispatch()

    assert desk.work() == []
    desk.clock.forward(3600)
    desk.work()
    assert len(desk.told()) == 1


def test_a_job_that_is_late_holds_in_quiet_hours_too(desk: Desk) -> None:
    """No worker ran for a while; when one does, it is night."""
    desk.subscribe(quiet=QuietHours(start="22:00", end="07:00"))
    desk.happens()
    desk.dispatch()
    desk.clock.forward(11 * 3600)

    (held,) = desk.work()
    assert held.state is DeliveryState.WAITING
    assert held.until == NOON + timedelta(hours=19)
    assert desk.told() == []
    desk.clock.forward(8 * 3600)
    desk.work()
    assert len(desk.told()) == 1


def test_a_digest_gathers_what_happens(desk: Desk) -> None:
    desk.subscribe(digest=Digest.HOURLY)
    for _ in range(3):
        desk.happens()
        desk.dispatch()
        desk.clock.forward(600)

    assert len(desk.jobs) == 1
    desk.clock.forward(3600)
    desk.happens()
    desk.dispatch()
    desk.work()
    (digest,) = desk.deliveries(states=[DeliveryState.DELIVERED])
    assert len(digest.events) == 3
    assert len(desk.jobs) == 1  # the next digest


def test_what_is_refused_for_good_is_not_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs
    answers(monkeypatch, DeliveryRefusedError("404 Not Found"))

    with pytest.raises(DeliveryRefusedError):
        desk.deliver(id)
    assert desk.deliver(id).state is DeliveryState.FAILED
    (record,) = desk.deliveries()
    assert (record.error, record.attempts) == ("404 Not Found", 1)


def test_what_was_delivered_does_not_fail_afterwards(desk: Desk) -> None:
    """A worker that slept, with its attempt, wakes up when another one has delivered the message."""
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs
    with transaction(desk.settings):
        late = deliveries.begin_attempt(desk.settings, id, "a job that sleeps", desk.clock.now())
    desk.work()
    now = desk.clock.now()
    deliveries.end_attempt(desk.settings, id, late, AttemptOutcome.REFUSED, "409 Conflict", now)

    (record,) = desk.deliveries()
    assert record.state is DeliveryState.DELIVERED
    assert record.error is None
    assert [one.outcome for one in record.tries] == [AttemptOutcome.REFUSED, AttemptOutcome.ACCEPTED]


def test_history_is_read_by_few_queries(desk: Desk) -> None:
    """However many messages it lists, each with what it tells of and its attempts."""
    desk.subscribe("dpo", targets=(desk.file("dpo"), desk.file("copy")))
    desk.subscribe("board", digest=Digest.HOURLY)
    for _ in range(10):
        desk.happens()
    desk.dispatch()
    desk.work()
    asked: list[str] = []
    with reading(desk.settings) as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
        found = desk.deliveries()

    assert len(found) == 21
    assert sorted(len(one.events) for one in found) == [1] * 20 + [10]
    assert sum(len(one.tries) for one in found) == 20
    assert len(asked) < len(found)


def test_after_three_more_tries_it_has_failed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs
    answers(monkeypatch, DeliveryError("503 Service Unavailable", retry_after_seconds=30))
    for _ in range(3):
        with pytest.raises(DeliveryError) as caught:
            desk.deliver(id)
        assert not caught.value.is_permanent

    with pytest.raises(DeliveryRefusedError, match="4 times"):
        desk.deliver(id)
    (record,) = desk.deliveries(states=[DeliveryState.FAILED])
    assert [one.outcome for one in record.tries] == [AttemptOutcome.FAILED] * 4


def test_what_failed_can_be_sent_after_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With as many tries as a new one, and the id it had."""
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs
    with monkeypatch.context() as patched:
        answers(patched, DeliveryRefusedError("404 Not Found"))
        with pytest.raises(DeliveryRefusedError):
            desk.deliver(id)
    desk.clock.forward(60)

    assert [one for one, _ in deliveries.reopen(desk.settings, [id], desk.clock.now())] == [id]
    assert desk.deliver(id).state is DeliveryState.DELIVERED
    assert len(desk.told()) == 1
    assert deliveries.reopen(desk.settings, [id], desk.clock.now()) == []


def test_what_waits_goes_where_the_subscriber_is_now(desk: Desk) -> None:
    """Nobody is told at an address that the subscription names no more."""
    desk.subscribe("dpo", targets=(desk.file("old"), desk.file("other")), digest=Digest.HOURLY)
    desk.happens()
    desk.dispatch()
    moved = edit(desk.settings, "dpo", {"targets": (desk.file("new"),)})
    assert (moved.moved, moved.cancelled) == (1, 1)
    desk.happens()
    desk.dispatch()

    desk.clock.forward(3600)
    desk.work()
    assert desk.told("old") == desk.told("other") == []
    (digest,) = desk.told("new")
    assert len(digest["data"]["events"]) == 2
    assert sorted(one.state for one in desk.deliveries()) == ["cancelled", "delivered"]


def test_what_is_wanted_no_more_is_not_told(desk: Desk) -> None:
    """A subscription was changed while a message about something small was held."""
    desk.subscribe(digest=Digest.HOURLY, targets=(desk.file("dpo"),))
    low = desk.happens(EventType.COMPLIANCE_VIOLATION, severity=Severity.LOW)
    desk.dispatch()
    edit(desk.settings, "dpo", {"minimum_severity": Severity.HIGH, "events": ("compliance.*",)})

    desk.clock.forward(3600)
    (done,) = desk.work()
    assert desk.told() == []
    assert (done.state, done.answer) == ("cancelled", "The subscription wants to hear of it no more.")
    assert [one.id for one in desk.deliveries()[0].events] == [low.id]


def test_a_zone_that_is_not_known_any_more_harms_nobody_else(desk: Desk) -> None:
    """Hosts lose old names of zones when they are updated; the messages wait until that is mended."""
    desk.subscribe("lost", quiet=QuietHours(start="22:00", end="07:00"), zone="Mars/Olympus")
    desk.subscribe("dpo")
    desk.happens()

    assert desk.dispatch() == {"events": 1, "deliveries": 2}
    for id, _ in desk.jobs:
        with suppress(UsageError):
            desk.deliver(id)
    assert (len(desk.told()), desk.told("lost")) == (1, [])
    edit(desk.settings, "lost", {"zone": "Europe/Berlin"})
    desk.clock.forward(1200)
    for id, _ in lost_deliveries(desk.settings, clock=desk.clock):
        desk.deliver(id)
    assert len(desk.told("lost")) == 1


def test_an_event_that_only_a_newer_scanjobs_knows_waits_for_it(desk: Desk) -> None:
    """Others are told of, and nobody looks again and again."""
    desk.subscribe()
    newer, _ = desk.happens(), desk.happens()
    with transaction(desk.settings) as session:
        session.execute(text("UPDATE events SET type = 'cookie.eaten' WHERE id = :id"), {"id": newer.id})

    assert desk.dispatch() == {"events": 1, "deliveries": 1}
    assert not events.has_unread(desk.settings)
    with transaction(desk.settings) as session:
        session.execute(text("UPDATE events SET type = 'scan.failed' WHERE id = :id"), {"id": newer.id})
    assert desk.dispatch() == {"events": 1, "deliveries": 1}


def test_transactions_stay_small_with_many_subscribers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others want to write as well: nobody makes a thousand messages in one go."""
    for number in range(MOST_TOLD):
        desk.subscribe(f"reader {number}")
    for _ in range(3):
        desk.happens()
    steps: list[int] = []
    mark_read = events.mark_read

    def mark(settings: Settings, seqs: Sequence[int]) -> None:
        steps.append(len(seqs))
        mark_read(settings, seqs)

    monkeypatch.setattr(events, "mark_read", mark)

    assert desk.dispatch() == {"events": 3, "deliveries": 3 * MOST_TOLD}
    assert steps == [1, 1, 1, 0]


def test_a_removed_subscriber_is_told_nothing_more(desk: Desk) -> None:
    desk.subscribe()
    desk.happens()
    desk.dispatch()

    assert subscriptions.remove_subscription(desk.settings, "dpo", desk.clock.now()) == 1
    desk.work()
    assert desk.told() == []
    assert [one.state for one in desk.deliveries()] == [DeliveryState.CANCELLED]


def test_what_kills_whoever_sends_it_is_given_up(desk: Desk) -> None:
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs
    for _ in range(MOST_ATTEMPTS):
        with transaction(desk.settings):
            deliveries.begin_attempt(desk.settings, id, None, desk.clock.now())

    assert desk.deliver(id).state is DeliveryState.FAILED


def test_a_delivery_whose_job_is_gone_is_found(desk: Desk) -> None:
    desk.subscribe()
    desk.happens()
    desk.dispatch()
    ((id, _),) = desk.jobs

    assert lost_deliveries(desk.settings, clock=desk.clock) == []
    desk.clock.forward(1200)
    assert [one for one, _ in lost_deliveries(desk.settings, clock=desk.clock)] == [id]
    with transaction(desk.settings):
        deliveries.begin_attempt(desk.settings, id, None, desk.clock.now())
    assert lost_deliveries(desk.settings, clock=desk.clock) == []


def answers(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """What the other side of a channel says; real ones are asked in the tests of channels."""

    def send(*_: object) -> str:
        raise error

    monkeypatch.setattr("scanjobs.notifications.channels.send", send)
