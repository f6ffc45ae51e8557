"""Notifications that go: events, what was sent of them, and each attempt at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import models
from scanjobs.db.session import reading, transaction

CHUNK = 200
"""Rows in one transaction, what hangs on them beside: well under 50 ms."""
_WAITING = "waiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class OldEvent:
    """An event that may go."""

    seq: int
    id: str
    type: str
    site: str | None
    happened_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OldDelivery:
    """A delivery that may go, all that it tells of being old."""

    seq: int
    id: str
    recipient: str
    channel: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Old:
    """Which events are old."""

    before: datetime | None = None
    """Those that happened before then."""
    below: int | None = None
    """Those with lower numbers."""
    both: bool = False
    """Whether both must hold, where both are given."""
    ended_before: datetime
    """Of deliveries, those that ended before then: statistics have seen them."""


def number_of_newest(settings: Settings, count: int) -> int:
    """The number of the oldest of the `count` newest events; 0 where there are not so many."""
    rows = sa.select(models.Event.seq).order_by(models.Event.seq.desc()).offset(count - 1).limit(1)
    with reading(settings) as session:
        return session.scalar(rows) or 0


def old_deliveries(settings: Settings, old: Old) -> list[OldDelivery]:
    """Deliveries that have ended and tell of nothing but old events."""
    table = models.Delivery
    columns = (table.seq, table.id, table.recipient, table.channel, table.created_at)
    rows = sa.select(*columns).where(_delivery_may_go(table, old)).order_by(table.seq)
    with reading(settings) as session:
        return [OldDelivery(**row) for row in session.execute(rows).mappings()]


def old_events(settings: Settings, old: Old) -> list[OldEvent]:
    """Old events, for whom nobody waits any more, and of which no delivery stays."""
    event, delivery, link = models.Event, models.Delivery, models.DeliveryEvent
    stays = (
        sa.exists()
        .where(link.event_seq == event.seq, link.delivery_seq == delivery.seq)
        .where(~_delivery_may_go(delivery, old))
    )
    columns = (event.seq, event.id, event.type, event.site, event.happened_at)
    rows = sa.select(*columns).where(_is_old(event, old), ~stays).order_by(event.seq)
    with reading(settings) as session:
        return [OldEvent(**row) for row in session.execute(rows).mappings()]


def delete_deliveries(settings: Settings, seqs: Sequence[int]) -> int:
    """Delete deliveries with their attempts, but for those that wait again; answers how many went."""
    ended = models.Delivery.state != _WAITING
    return _delete(settings, models.Delivery, seqs, ended)


def delete_events(settings: Settings, seqs: Sequence[int]) -> int:
    """Delete events of which nothing is delivered any more; answers how many went."""
    told = sa.exists().where(models.DeliveryEvent.event_seq == models.Event.seq)
    return _delete(settings, models.Event, seqs, models.Event.is_read & ~told)


def _delete(
    settings: Settings,
    model: type[models.Event | models.Delivery],
    seqs: Sequence[int],
    still: sa.ColumnElement[bool],
) -> int:
    gone = 0
    for start in range(0, len(seqs), CHUNK):
        with transaction(settings) as session:
            gone += _delete_some(session, model, seqs[start : start + CHUNK], still)
    return gone


def _delete_some(
    session: Session,
    model: type[models.Event | models.Delivery],
    seqs: Sequence[int],
    still: sa.ColumnElement[bool],
) -> int:
    done = session.execute(sa.delete(model).where(model.seq.in_(seqs), still).returning(model.seq))
    return len(done.all())


def _is_old(event: type[models.Event], old: Old) -> sa.ColumnElement[bool]:
    conditions = []
    if old.before is not None:
        conditions.append(event.happened_at < old.before)
    if old.below is not None:
        conditions.append(event.seq < old.below)
    joined = sa.and_(*conditions) if old.both else sa.or_(*conditions)
    return event.is_read & (joined if conditions else sa.false())


def _delivery_may_go(delivery: type[models.Delivery], old: Old) -> sa.ColumnElement[bool]:
    link, event = sa.orm.aliased(models.DeliveryEvent), sa.orm.aliased(models.Event)
    tells = sa.exists().where(link.delivery_seq == delivery.seq)
    is_young = tells.where(event.seq == link.event_seq, ~_is_old(event, old))
    # One that tells of nothing was a trial, and has no age but its own.
    is_old_trial = delivery.created_at < old.before if old.before is not None else sa.false()
    is_counted = delivery.ended_at.is_(None) | (delivery.ended_at < old.ended_before)
    return (delivery.state != _WAITING) & is_counted & ~is_young & (tells | is_old_trial)
