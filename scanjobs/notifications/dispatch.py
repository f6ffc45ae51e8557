"""Turns events into deliveries: one for each subscriber's target, or a line in the digest it gets."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from scanjobs.config import Settings
from scanjobs.db import deliveries, driver, events, subscriptions
from scanjobs.db.session import transaction
from scanjobs.domain.clock import Clock
from scanjobs.domain.events import Event
from scanjobs.domain.ids import id_within
from scanjobs.domain.notifications import Digest, Subscription, Target
from scanjobs.errors import UsageError
from scanjobs.notifications.subscriptions import wants
from scanjobs.notifications.timing import due_at

CHUNK = 20
"""Events in one transaction at most."""
MOST_TOLD = 60
"""Of an event with which a transaction comes to so many messages it is the last: others want to write too."""
PAUSE_SECONDS = 0.02
"""Between transactions: whoever waits for a file looks at it now and then, and has to find it free."""

Submit = Callable[[str, Target, datetime], object]
"""Called within the transaction with the id of a delivery, its target, and when it is due."""


def dispatch_events(settings: Settings, submit: Submit, *, clock: Clock | None = None) -> dict[str, int]:
    """Make deliveries of every event that waits; answers how many events there were, and deliveries made.

    Deliveries, their jobs and the note that an event was read are one transaction: whoever is killed here
    has done all of it for an event, or nothing.
    """
    clock = clock or settings.clock
    read = made = 0
    while True:
        found, new = _dispatch_some(settings, submit, clock)
        if not found:
            return {"events": read, "deliveries": made}
        read, made = read + found, made + new
        time.sleep(PAUSE_SECONDS)


@driver.retried
def _dispatch_some(settings: Settings, submit: Submit, clock: Clock) -> tuple[int, int]:
    with transaction(settings), driver.write(settings) as connection:
        subscriptions.hold(connection)
        now = clock.now()
        waiting = events.unread(settings, CHUNK)
        wanted = [one for one in subscriptions.list_subscriptions(settings) if not one.is_paused]
        read: list[int] = []
        told = made = 0
        for seq, event in waiting:
            for subscription in wanted:
                if wants(subscription, event):
                    told += len(subscription.targets)
                    made += _tell(settings, subscription, seq, event, now, submit)
            read.append(seq)
            if told >= MOST_TOLD:
                break
        events.mark_read(settings, read)
        return len(read), made


def _tell(
    settings: Settings, subscription: Subscription, seq: int, event: Event, now: datetime, submit: Submit
) -> int:
    made = 0
    try:
        at = due_at(subscription, now)
    except UsageError:
        at = now  # its zone is not known any more: that its own jobs tell, and others have their messages
    for target in subscription.targets:
        if subscription.digest is not Digest.NONE and deliveries.join_digest(
            settings, subscription, target, seq, now
        ):
            continue
        id = id_within(event.id, f"{subscription.id} {target}")
        if deliveries.add_delivery(settings, id, subscription, target, seq, now=now, due_at=at):
            submit(id, target, at)
            made += 1
    return made
