"""Subscriptions: added, changed, removed, listed; a recipient's name is there once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db import driver, models
from scanjobs.db.connection import Connection
from scanjobs.db.session import reading, transaction
from scanjobs.domain.findings import Severity
from scanjobs.domain.notifications import Channel, DeliveryState, Digest, QuietHours, Subscription, Target
from scanjobs.errors import NotFoundError, UsageError


def add_subscription(settings: Settings, subscription: Subscription) -> None:
    """Store a new one.

    Raises:
        UsageError: there is one of this name.
    """
    with transaction(settings) as session, driver.write(settings) as connection:
        hold(connection)
        named = sa.select(models.Subscription.seq).where(models.Subscription.name == subscription.name)
        if session.scalar(named) is not None:
            raise UsageError(
                f"There is a subscription {subscription.name} already.",
                hint=f"Change it with `scanjobs notify edit {subscription.name}`, or choose another name.",
            )
        session.execute(sa.insert(models.Subscription).values(**_columns(subscription)))


def hold(connection: Connection) -> None:
    """Within a transaction: nobody else changes subscriptions, or makes deliveries by them, until it ends."""
    driver.hold(connection, "subscriptions")


def held_subscription(settings: Settings, name: str) -> Subscription:
    """Within a transaction that holds all of them: the subscription of this name, as it stays.

    Raises:
        NotFoundError: there is none.
    """
    with driver.write(settings) as connection:
        hold(connection)
    return find_subscription(settings, name)


def save_subscription(settings: Settings, subscription: Subscription) -> None:
    """Store a changed one, whose id stays."""
    with transaction(settings) as session:
        session.execute(
            sa.update(models.Subscription)
            .where(models.Subscription.id == subscription.id)
            .values(**_columns(subscription))
        )


def remove_subscription(settings: Settings, name: str, now: datetime) -> int:
    """Forget a subscription, with what waits for it; how many deliveries that were.

    Raises:
        NotFoundError: there is none of this name.
    """
    with transaction(settings) as session:
        subscription = held_subscription(settings, name)
        waiting = sa.update(models.Delivery).where(
            models.Delivery.subscription_id == subscription.id,
            models.Delivery.state == str(DeliveryState.WAITING),
        )
        cancelled = session.execute(
            waiting.values(
                state=str(DeliveryState.CANCELLED), ended_at=now, error="The subscription was removed."
            ).returning(models.Delivery.seq)
        ).all()
        session.execute(sa.delete(models.Subscription).where(models.Subscription.id == subscription.id))
    return len(cancelled)


def find_subscription(settings: Settings, name: str) -> Subscription:
    """The subscription of this name.

    Raises:
        NotFoundError: there is none.
    """
    with reading(settings) as session:
        row = session.scalars(sa.select(models.Subscription).where(models.Subscription.name == name)).first()
        if row is None:
            raise NotFoundError(
                f"There is no subscription {name}.", hint="`scanjobs notify list` lists them."
            )
        return _subscription(row)


def list_subscriptions(settings: Settings) -> list[Subscription]:
    """Every subscription, by name."""
    rows = sa.select(models.Subscription).order_by(models.Subscription.name)
    with reading(settings) as session:
        return [_subscription(row) for row in session.scalars(rows)]


def subscription_of_id(settings: Settings, id: str) -> Subscription | None:
    """The subscription with this id, which may have been removed."""
    with reading(settings) as session:
        row = session.scalars(sa.select(models.Subscription).where(models.Subscription.id == id)).first()
        return None if row is None else _subscription(row)


def _columns(subscription: Subscription) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "name": subscription.name,
        "events": list(subscription.events),
        "sites": list(subscription.sites),
        "minimum_severity": str(subscription.minimum_severity),
        "targets": [{**asdict(target), "channel": str(target.channel)} for target in subscription.targets],
        "quiet_from": subscription.quiet and subscription.quiet.start,
        "quiet_until": subscription.quiet and subscription.quiet.end,
        "zone": subscription.zone,
        "digest": str(subscription.digest),
        "digest_at": subscription.digest_at,
        "attach": subscription.attach,
        "is_paused": subscription.is_paused,
        "created_at": subscription.created_at,
        "updated_at": subscription.updated_at,
    }


def _subscription(row: models.Subscription) -> Subscription:
    quiet = None
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = QuietHours(start=row.quiet_from, end=row.quiet_until)
    return Subscription(
        id=row.id,
        name=row.name,
        events=tuple(row.events),
        sites=tuple(row.sites),
        minimum_severity=Severity(row.minimum_severity),
        targets=tuple(
            Target(channel=Channel(one["channel"]), address=one["address"], secret=one["secret"])
            for one in row.targets
        ),
        quiet=quiet,
        zone=row.zone,
        digest=Digest(row.digest),
        digest_at=row.digest_at,
        attach=row.attach,
        is_paused=row.is_paused,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
