"""Tries the targets of a subscription with an example, here and now; nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scanjobs.config import Settings
from scanjobs.domain.clock import Clock
from scanjobs.domain.events import EventType
from scanjobs.domain.findings import Severity
from scanjobs.domain.ids import new_id
from scanjobs.domain.notifications import Outgoing, Subscription, Target
from scanjobs.errors import ScanjobsError
from scanjobs.notifications import channels
from scanjobs.notifications.samples import sample


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What came of one target."""

    target: Target
    is_accepted: bool
    answer: str
    hint: str | None = None


def try_targets(
    settings: Settings, subscription: Subscription, type: EventType, *, clock: Clock | None = None
) -> list[Tried]:
    """Send an example to each target of a subscription; what each answered, or why it did not go out."""
    now = (clock or settings.clock).now()
    event = replace(sample(type), happened_at=now)
    tries = []
    for target in subscription.targets:
        outgoing = Outgoing(
            id=new_id(),
            recipient=subscription.name,
            target=target,
            created_at=now,
            events=(event,),
            minimum_severity=Severity.INFO,
        )
        try:
            answer = channels.send(settings, outgoing)
            tries.append(Tried(target=target, is_accepted=True, answer=answer))
        except ScanjobsError as error:
            tries.append(Tried(target=target, is_accepted=False, answer=error.message, hint=error.hint))
    return tries
