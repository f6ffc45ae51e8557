"""Delivers one message: once, not in quiet hours, each attempt written down with what the other side said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scanjobs.config import Settings
from scanjobs.db import deliveries, driver, subscriptions
from scanjobs.db.session import transaction
from scanjobs.domain.clock import Clock
from scanjobs.domain.notifications import (
    AttemptOutcome,
    DeliveryRecord,
    DeliveryState,
    Outgoing,
    Subscription,
    Target,
)
from scanjobs.errors import DeliveryRefusedError, ScanjobsError
from scanjobs.notifications import channels
from scanjobs.notifications.dispatch import Submit
from scanjobs.notifications.subscriptions import wants
from scanjobs.notifications.timing import out_of_quiet

MOST_TRIES = 4
"""The first attempt and three more; an attempt that was killed is no answer, and not among them."""
MOST_ATTEMPTS = 12
"""So many attempts of any kind: something kills whoever tries this."""
LOST_AFTER = timedelta(minutes=10)
"""Beyond the time limit of a job: whoever tried a delivery so long ago tries no more."""
CLOCKS_DIFFER = timedelta(seconds=1)
"""By less than this: a message is not put off for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What came of one attempt."""

    state: DeliveryState
    answer: str | None = None
    until: datetime | None = None
    """When it is tried, where quiet hours have begun meanwhile."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Begun:
    """An attempt that may be made now."""

    number: int
    is_last: bool
    outgoing: Outgoing


def deliver(
    settings: Settings, delivery_id: str, job_id: str | None, submit: Submit, *, clock: Clock | None = None
) -> Delivered:
    """Attempt a delivery, unless it has been delivered; it carries the same id each time.

    Where quiet hours have begun it waits for their end, with another job.

    Raises:
        DeliveryRefusedError: the other side does not want it, or it was tried for the last time.
        DeliveryError: it did not go out for now.
    """
    clock = clock or settings.clock
    begun = _begin(settings, delivery_id, job_id, submit, clock)
    if isinstance(begun, Delivered):
        return begun
    try:
        answer = channels.send(settings, begun.outgoing)
    except ScanjobsError as error:
        refused = error.is_permanent
        outcome = AttemptOutcome.REFUSED if refused else AttemptOutcome.FAILED
        _end(settings, delivery_id, begun, outcome, error.message, clock)
        if begun.is_last and not refused:
            raise DeliveryRefusedError(f"{error.message} It was tried {begun.number} times.") from error
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {error}".rstrip(": ")
        _end(settings, delivery_id, begun, AttemptOutcome.FAILED, told, clock)
        raise
    _end(settings, delivery_id, begun, AttemptOutcome.ACCEPTED, answer, clock)
    return Delivered(state=DeliveryState.DELIVERED, answer=answer)


@driver.retried
def _begin(
    settings: Settings, delivery_id: str, job_id: str | None, submit: Submit, clock: Clock
) -> _Begun | Delivered:
    with transaction(settings):
        now = clock.now()
        record = deliveries.locked_delivery(settings, delivery_id)
        if record is None:
            return Delivered(state=DeliveryState.CANCELLED, answer="It has been cleaned away.")
        if record.state is not DeliveryState.WAITING:
            return Delivered(state=record.state, answer=record.answer)
        subscription = subscriptions.subscription_of_id(settings, record.subscription_id)
        if subscription is None or subscription.is_paused:
            return _unwanted(settings, record, subscription, now)
        record = replace(record, events=tuple(one for one in record.events if wants(subscription, one)))
        if not record.events:
            return _unwanted(settings, record, subscription, now)
        if job_id is not None and _is_in_hand(record, job_id, now):
            return Delivered(state=DeliveryState.WAITING, answer="Another job is at it.")
        is_early = record.due_at - now > CLOCKS_DIFFER
        until = out_of_quiet(subscription, record.due_at if is_early else now)
        if until > now:
            deliveries.put_off(settings, delivery_id, until)
            submit(delivery_id, record.target, until)
            return Delivered(state=DeliveryState.WAITING, until=until)
        return _attempt(settings, record, subscription, job_id, now)


def _unwanted(
    settings: Settings, record: DeliveryRecord, subscription: Subscription | None, now: datetime
) -> Delivered:
    if subscription is None:
        why = "The subscription was removed."
    elif subscription.is_paused:
        why = "The subscription is paused."
    else:
        why = "The subscription wants to hear of it no more."
    deliveries.end_delivery(settings, record.id, DeliveryState.CANCELLED, why, now)
    return Delivered(state=DeliveryState.CANCELLED, answer=why)


def _is_in_hand(record: DeliveryRecord, job_id: str, now: datetime) -> bool:
    """Whether another job tries it now, or was killed over it: then it comes again itself, or is missed."""
    return any(
        one.ended_at is None and one.job_id not in (None, job_id) and one.started_at > now - LOST_AFTER
        for one in record.tries
    )


def _attempt(
    settings: Settings, record: DeliveryRecord, subscription: Subscription, job_id: str | None, now: datetime
) -> _Begun | Delivered:
    tries = [one for one in record.tries if one.started_at >= record.due_at]  # it may have been reopened
    if len(tries) >= MOST_ATTEMPTS:
        why = f"Whoever tried it was killed, {len(tries)} times in all."
        deliveries.end_delivery(settings, record.id, DeliveryState.FAILED, why, now)
        return Delivered(state=DeliveryState.FAILED, answer=why)
    number = deliveries.begin_attempt(settings, record.id, job_id, now)
    answered = sum(1 for one in tries if one.outcome is not None)
    return _Begun(
        number=number,
        is_last=answered + 1 >= MOST_TRIES,
        outgoing=Outgoing(
            id=record.id,
            recipient=record.recipient,
            target=record.target,
            created_at=record.created_at,
            events=record.events,
            digest=record.digest,
            minimum_severity=subscription.minimum_severity,
            attach=subscription.attach,
        ),
    )


@driver.retried
def _end(
    settings: Settings, id: str, begun: _Begun, outcome: AttemptOutcome, answer: str, clock: Clock
) -> None:
    deliveries.end_attempt(settings, id, begun.number, outcome, answer, clock.now(), is_last=begun.is_last)


def lost_deliveries(settings: Settings, *, clock: Clock | None = None) -> list[tuple[str, Target]]:
    """Deliveries whose jobs came to an end without one: they were killed, or purged from their queue."""
    before = (clock or settings.clock).now() - LOST_AFTER
    return deliveries.overdue(settings, before, limit=500)
