"""Changes a subscription, and has what waits for a target of before go to the one in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import deliveries, driver, subscriptions
from scanjobs.db.session import transaction
from scanjobs.domain.notifications import Subscription, Target
from scanjobs.notifications.subscriptions import checked


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited:
    """What became of a subscription."""

    subscription: Subscription
    moved: int
    """Waiting messages that go to another target now."""
    cancelled: int
    """Waiting messages whose target is gone."""


@driver.retried
def edit(settings: Settings, name: str, changes: Mapping[str, Any]) -> Edited:
    """Change a subscription; nobody is told at a target that it names no more.

    Raises:
        NotFoundError: there is none of this name.
        UsageError: it would have no meaning.
    """
    with transaction(settings):
        now = settings.clock.now()
        old = subscriptions.held_subscription(settings, name)
        new = checked(replace(old, **changes, updated_at=now))
        subscriptions.save_subscription(settings, new)
        moved = cancelled = 0
        for target, place in _replaced(old.targets, new.targets):
            number = deliveries.move_waiting(settings, new.id, target, place, now)
            moved += number if place else 0
            cancelled += 0 if place else number
        return Edited(subscription=new, moved=moved, cancelled=cancelled)


def _replaced(old: Sequence[Target], new: Sequence[Target]) -> list[tuple[Target, Target | None]]:
    """Each target that is named no more, with the one in its place, of its channel if there is one."""
    gone = [one for one in old if one not in new]
    came = [one for one in new if one not in old]
    pairs: list[tuple[Target, Target | None]] = []
    for target in gone:
        alike = next((one for one in came if one.channel is target.channel), None)
        if alike is not None:
            came.remove(alike)
        pairs.append((target, alike))
    return [(target, place or (came.pop(0) if came else None)) for target, place in pairs]
