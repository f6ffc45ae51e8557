"""What goes out in tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanjobs.domain.events import Event, EventType
from scanjobs.domain.notifications import Channel, Digest, Outgoing, Target
from scanjobs.notifications.samples import NOON, sample

DELIVERY = "0d9b8a16-5a0e-4a6e-9d7e-2f1f6b1c7a55"


def outgoing(
    channel: Channel = Channel.EMAIL,
    address: str = "ops@harbour-lamps.example",
    *,
    events: Sequence[Event | EventType] = (EventType.COMPLIANCE_VIOLATION,),
    secret: str | None = None,
    **rest: Any,
) -> Outgoing:
    """A violation for one target, unless a test says otherwise."""
    usual: dict[str, Any] = {
        "id": DELIVERY,
        "recipient": "ops",
        "target": Target(channel=channel, address=address, secret=secret),
        "created_at": NOON,
        "events": tuple(one if isinstance(one, Event) else sample(one) for one in events),
        "digest": Digest.NONE,
    }
    return Outgoing(**{**usual, **rest})
