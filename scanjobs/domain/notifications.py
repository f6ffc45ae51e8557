"""Who is told of what happened: subscriptions, what goes out to a target, and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scanjobs.domain.events import Event
from scanjobs.domain.findings import Severity

_TOLD_OF_URL = re.compile(r"(?i:https?)://[^/?#@]*(?:(?=[?#]|$)|/(?:[a-z_-]{1,20}(?=[/?#]|$))?)")
"""The host of a web address and the first part of its path, where that is a plain word."""


class Channel(StrEnum):
    """The ways a message can go."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    SLACK = "slack"
    """A Slack-compatible incoming webhook; Mattermost takes the same."""
    FILE = "file"
    """A line of JSON at the end of a file."""


class Digest(StrEnum):
    """Whether events go out one by one, or gathered."""

    NONE = "none"
    HOURLY = "hourly"
    DAILY = "daily"


class DeliveryState(StrEnum):
    """Where a delivery is."""

    WAITING = "waiting"
    """For its job, for quiet hours to end, or for a digest to be full."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Refused for good, or tried often enough."""
    CANCELLED = "cancelled"
    """Nobody wants it any more: its subscription was removed."""


class AttemptOutcome(StrEnum):
    """What came of one attempt at a delivery."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """For good: another attempt would meet the same answer."""
    FAILED = "failed"
    """For now: it is tried again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where messages go."""

    channel: Channel
    address: str
    """A mail address, a URL, a path. Where the address itself is secret, as Slack's is, where it is found:
    `env:NAME` or `file:PATH`."""
    secret: str | None = None
    """Where the key that signs a webhook is found: `env:NAME` or `file:PATH`. Never the secret itself."""

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"

    @property
    def told(self) -> Target:
        """The same as it is shown: whoever knows the whole address of a webhook can often post there."""
        if self.channel is not Channel.WEBHOOK or self.address.startswith(("env:", "file:")):
            return self
        match = _TOLD_OF_URL.match(self.address)
        told = match[0] if match else ""
        return self if told == self.address else replace(self, address=f"{told}…")


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """A time of day in which nothing goes out; it may reach over midnight."""

    start: str
    """As `22:00`, in the zone of the subscription."""
    end: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """Who wants to hear of what, how, and when."""

    id: str
    name: str
    """The recipient, for people."""
    events: tuple[str, ...]
    """Types of events; `report.*` are all that begin so, `*` is every one."""
    sites: tuple[str, ...] = ()
    """Registrable domains; none are all. Events without a site reach everybody."""
    minimum_severity: Severity = Severity.INFO
    """Violations below it are not told."""
    targets: tuple[Target, ...] = ()
    quiet: QuietHours | None = None
    zone: str = "UTC"
    digest: Digest = Digest.NONE
    digest_at: str = "08:00"
    """When a daily digest goes out, in the zone of the subscription."""
    attach: bool = False
    """Whether mails about a report carry it."""
    is_paused: bool = False
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """What a channel is given to send."""

    id: str
    """Of the delivery: the same at each attempt, so that a receiver sees that two are one."""
    recipient: str
    """The name of the subscription."""
    target: Target
    created_at: datetime
    events: tuple[Event, ...]
    """One, or all that a digest has gathered, the oldest first."""
    digest: Digest = Digest.NONE
    minimum_severity: Severity = Severity.INFO
    """Findings below it are not told."""
    attach: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRecord:
    """One attempt at a delivery."""

    number: int
    job_id: str | None
    started_at: datetime
    ended_at: datetime | None
    """None: whoever made it was killed, and nobody knows how it went."""
    outcome: AttemptOutcome | None
    answer: str | None
    """What the other side said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRecord:
    """One message to one target, and what came of it."""

    id: str
    subscription_id: str
    recipient: str
    target: Target
    digest: Digest
    state: DeliveryState
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    answer: str | None
    error: str | None
    events: tuple[Event, ...]
    tries: tuple[AttemptRecord, ...] = ()
