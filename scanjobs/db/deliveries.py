"""Deliveries: made with the events they tell of, attempted, ended, looked back at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import models
from scanjobs.db.events import event_of
from scanjobs.db.lookup import BEYOND, LATEST, checked_prefix, the_one
from scanjobs.db.session import reading, transaction
from scanjobs.domain.events import Event
from scanjobs.domain.notifications import (
    AttemptOutcome,
    AttemptRecord,
    Channel,
    DeliveryRecord,
    DeliveryState,
    Digest,
    Subscription,
    Target,
)

AT_ONCE = 500
"""Rows whose particulars are read by one query."""

_WAITING = models.Delivery.state == str(DeliveryState.WAITING)


def add_delivery(
    settings: Settings,
    id: str,
    subscription: Subscription,
    target: Target,
    event_seq: int,
    *,
    now: datetime,
    due_at: datetime,
) -> bool:
    """Within a transaction: have something told to a target. False where it is to be told already."""
    with transaction(settings) as session:
        if session.scalar(sa.select(models.Delivery.seq).where(models.Delivery.id == id)) is not None:
            return False
        seq = session.scalars(
            sa.insert(models.Delivery)
            .values(
                id=id,
                subscription_id=subscription.id,
                recipient=subscription.name,
                channel=str(target.channel),
                address=target.address,
                secret=target.secret,
                digest=str(subscription.digest),
                state=str(DeliveryState.WAITING),
                created_at=now,
                due_at=due_at,
            )
            .returning(models.Delivery.seq)
        ).one()
        session.execute(sa.insert(models.DeliveryEvent).values(delivery_seq=seq, event_seq=event_seq))
        return True


def join_digest(
    settings: Settings, subscription: Subscription, target: Target, event_seq: int, now: datetime
) -> bool:
    """Within a transaction: have something told by a digest that gathers; False where none does."""
    gathering = (
        sa.select(models.Delivery.seq)
        .where(
            _WAITING,
            models.Delivery.subscription_id == subscription.id,
            models.Delivery.channel == str(target.channel),
            models.Delivery.address == target.address,
            models.Delivery.digest == str(subscription.digest),
            models.Delivery.attempts == 0,
            models.Delivery.due_at > now,
        )
        .with_for_update()
    )
    with transaction(settings) as session:
        seq = session.scalars(gathering.limit(1)).first()
        if seq is None:
            return False
        told = (models.DeliveryEvent.delivery_seq == seq, models.DeliveryEvent.event_seq == event_seq)
        if session.scalar(sa.select(models.DeliveryEvent.event_seq).where(*told)) is None:
            session.execute(sa.insert(models.DeliveryEvent).values(delivery_seq=seq, event_seq=event_seq))
        return True


def locked_delivery(settings: Settings, id: str) -> DeliveryRecord | None:
    """Within a transaction: a delivery that nobody else changes before it ends."""
    with transaction(settings) as session:
        row = session.scalars(
            sa.select(models.Delivery).where(models.Delivery.id == id).with_for_update()
        ).first()
        return None if row is None else _records(session, [row])[0]


def begin_attempt(settings: Settings, id: str, job_id: str | None, now: datetime) -> int:
    """Within a transaction: write down that somebody tries now; the number of the attempt, from 1."""
    with transaction(settings) as session:
        number, seq = session.execute(
            sa.update(models.Delivery)
            .where(models.Delivery.id == id)
            .values(attempts=models.Delivery.attempts + 1)
            .returning(models.Delivery.attempts, models.Delivery.seq)
        ).one()
        session.execute(
            sa.insert(models.DeliveryAttempt).values(
                delivery_seq=seq, number=number, job_id=job_id, started_at=now
            )
        )
        return int(number)


def end_attempt(
    settings: Settings,
    id: str,
    number: int,
    outcome: AttemptOutcome,
    answer: str,
    now: datetime,
    *,
    is_last: bool = False,
) -> None:
    """Write down how an attempt went; what was delivered, refused, or tried for the last time, has ended.

    What has ended otherwise meanwhile, because somebody else delivered it, does not fail any more.
    """
    values: dict[str, Any] = {"answer": answer}
    if outcome is AttemptOutcome.ACCEPTED:
        values.update(state=str(DeliveryState.DELIVERED), ended_at=now, error=None)
    elif outcome is AttemptOutcome.REFUSED or is_last:
        values.update(state=str(DeliveryState.FAILED), ended_at=now, error=answer)
    else:
        values.update(error=answer)
    with transaction(settings) as session:
        seq = session.scalars(sa.select(models.Delivery.seq).where(models.Delivery.id == id)).one_or_none()
        if seq is None:  # cleaned away meanwhile
            return
        changed = sa.update(models.Delivery).where(models.Delivery.seq == seq).values(**values)
        session.execute(changed if outcome is AttemptOutcome.ACCEPTED else changed.where(_WAITING))
        session.execute(
            sa.update(models.DeliveryAttempt)
            .where(models.DeliveryAttempt.delivery_seq == seq, models.DeliveryAttempt.number == number)
            .values(ended_at=now, outcome=str(outcome), answer=answer)
        )


def put_off(settings: Settings, id: str, due_at: datetime) -> None:
    """Have a delivery wait for longer."""
    with transaction(settings) as session:
        session.execute(sa.update(models.Delivery).where(models.Delivery.id == id).values(due_at=due_at))


def end_delivery(settings: Settings, id: str, state: DeliveryState, error: str, now: datetime) -> None:
    """End a delivery that is not tried any more."""
    with transaction(settings) as session:
        session.execute(
            sa.update(models.Delivery)
            .where(models.Delivery.id == id, _WAITING)
            .values(state=str(state), ended_at=now, error=error)
        )


def move_waiting(
    settings: Settings, subscription_id: str, old: Target, new: Target | None, now: datetime
) -> int:
    """Have what waits for a target go to another one, or to nobody; how many deliveries that are."""
    waiting = sa.update(models.Delivery).where(
        _WAITING,
        models.Delivery.subscription_id == subscription_id,
        models.Delivery.channel == str(old.channel),
        models.Delivery.address == old.address,
    )
    if new is None:
        why = "The subscription names this target no more."
        moved = waiting.values(state=str(DeliveryState.CANCELLED), ended_at=now, error=why)
    else:
        moved = waiting.values(channel=str(new.channel), address=new.address, secret=new.secret)
    with transaction(settings) as session:
        return len(session.execute(moved.returning(models.Delivery.seq)).all())


def reopen(settings: Settings, ids: Iterable[str], now: datetime) -> list[tuple[str, Target]]:
    """Have failed or cancelled deliveries tried anew; those that are, each with its target."""
    again = (
        sa.update(models.Delivery)
        .where(
            models.Delivery.id.in_(list(ids)),
            models.Delivery.state.in_([str(DeliveryState.FAILED), str(DeliveryState.CANCELLED)]),
        )
        .values(state=str(DeliveryState.WAITING), ended_at=None, due_at=now)
        .returning(models.Delivery)
    )
    with transaction(settings) as session:
        return [(row.id, _target(row)) for row in session.scalars(again)]


def overdue(settings: Settings, before: datetime, limit: int) -> list[tuple[str, Target]]:
    """Deliveries due before a moment that wait still, nobody having tried since; the oldest first."""
    tried = (
        sa.select(models.DeliveryAttempt.seq)
        .where(
            models.DeliveryAttempt.delivery_seq == models.Delivery.seq,
            models.DeliveryAttempt.started_at >= before,
        )
        .exists()
    )
    rows = sa.select(models.Delivery).where(_WAITING, models.Delivery.due_at < before, ~tried)
    with reading(settings) as session:
        found = session.scalars(rows.order_by(models.Delivery.due_at).limit(limit))
        return [(row.id, _target(row)) for row in found]


def find_delivery(settings: Settings, prefix: str) -> DeliveryRecord:
    """The one delivery whose id begins so, or `latest`, with its attempts.

    Raises:
        NotFoundError: none begins so.
        AmbiguousIdError: more than one does, or the prefix is too short to tell.
    """
    words = {"noun": "notification", "listing": "scanjobs notify history"}
    rows = sa.select(models.Delivery)
    if prefix == LATEST:
        rows = rows.order_by(models.Delivery.seq.desc()).limit(1)
    else:
        wanted = checked_prefix(prefix, **words)
        rows = rows.where(models.Delivery.id >= wanted, models.Delivery.id < wanted + BEYOND).limit(4)
    with reading(settings) as session:
        row = the_one(session.scalars(rows).all(), prefix, **words, id_of=lambda row: row.id)
        return _records(session, [row])[0]


def list_deliveries(
    settings: Settings,
    *,
    recipient: str | None = None,
    states: Sequence[DeliveryState] = (),
    limit: int = 50,
) -> list[DeliveryRecord]:
    """Deliveries, newest first."""
    rows = sa.select(models.Delivery).order_by(models.Delivery.seq.desc()).limit(limit)
    if recipient is not None:
        rows = rows.where(models.Delivery.recipient == recipient)
    if states:
        rows = rows.where(models.Delivery.state.in_([str(state) for state in states]))
    with reading(settings) as session:
        return _records(session, session.scalars(rows).all())


def failed_ids(settings: Settings, recipient: str | None = None) -> list[str]:
    """The ids of deliveries that have failed, to all or to one recipient, the oldest first."""
    rows = sa.select(models.Delivery.id).where(models.Delivery.state == str(DeliveryState.FAILED))
    if recipient is not None:
        rows = rows.where(models.Delivery.recipient == recipient)
    with reading(settings) as session:
        return list(session.scalars(rows.order_by(models.Delivery.seq)))


def _records(session: Session, rows: Sequence[models.Delivery]) -> list[DeliveryRecord]:
    """Rows with what they tell of and their attempts, read for many at once."""
    told: dict[int, list[Event]] = defaultdict(list)
    tries: dict[int, list[AttemptRecord]] = defaultdict(list)
    for start in range(0, len(rows), AT_ONCE):
        some = [row.seq for row in rows[start : start + AT_ONCE]]
        events = (
            sa.select(models.DeliveryEvent.delivery_seq, models.Event.__table__)
            .join(models.Event, models.DeliveryEvent.event_seq == models.Event.seq)
            .where(models.DeliveryEvent.delivery_seq.in_(some))
            .order_by(models.Event.seq)
        )
        for one in session.execute(events).mappings():
            told[one["delivery_seq"]].append(event_of(dict(one)))
        attempts = (
            sa.select(models.DeliveryAttempt)
            .where(models.DeliveryAttempt.delivery_seq.in_(some))
            .order_by(models.DeliveryAttempt.number)
        )
        for attempt in session.scalars(attempts):
            tries[attempt.delivery_seq].append(_attempt(attempt))
    return [_record(row, told[row.seq], tries[row.seq]) for row in rows]


def _record(row: models.Delivery, events: Sequence[Event], tries: Sequence[AttemptRecord]) -> DeliveryRecord:
    return DeliveryRecord(
        id=row.id,
        subscription_id=row.subscription_id,
        recipient=row.recipient,
        target=_target(row),
        digest=Digest(row.digest),
        state=DeliveryState(row.state),
        created_at=row.created_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        attempts=row.attempts,
        answer=row.answer,
        error=row.error,
        events=tuple(events),
        tries=tuple(tries),
    )


def _attempt(row: models.DeliveryAttempt) -> AttemptRecord:
    return AttemptRecord(
        number=row.number,
        job_id=row.job_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=AttemptOutcome(row.outcome) if row.outcome else None,
        answer=row.answer,
    )


def _target(row: models.Delivery) -> Target:
    return Target(channel=Channel(row.channel), address=row.address, secret=row.secret)
