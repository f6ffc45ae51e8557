"""How subscriptions and deliveries look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.domain.events import Event
from scanjobs.domain.ids import short
from scanjobs.domain.notifications import (
    AttemptRecord,
    DeliveryRecord,
    DeliveryState,
    Digest,
    Subscription,
    Target,
)
from scanjobs.notifications.trial import Tried

_STYLES = {
    DeliveryState.WAITING: "cyan",
    DeliveryState.DELIVERED: "green",
    DeliveryState.FAILED: "bold red",
    DeliveryState.CANCELLED: "yellow",
}


def told_subscriptions(subscriptions: Sequence[Subscription]) -> list[Subscription]:
    """What programs are shown of them."""
    return [replace(one, targets=tuple(target.told for target in one.targets)) for one in subscriptions]


def told_deliveries(deliveries: Sequence[DeliveryRecord]) -> list[DeliveryRecord]:
    """What programs are shown of them."""
    return [replace(one, target=one.target.told) for one in deliveries]


def subscriptions_table(subscriptions: Sequence[Subscription]) -> Table:
    """One recipient a line."""
    table = console.table("Recipient", "Is told of", "Sites", "When")
    for one in subscriptions:
        table.add_row(
            Text.assemble(
                _named(one.name),
                (" paused" if one.is_paused else "", "yellow"),
                *(f"\n{_where(target)}" for target in one.targets),
            ),
            "\n".join(one.events),
            "\n".join(one.sites) or "all",
            _when(one),
        )
    return table


def subscription_view(subscription: Subscription) -> Iterator[RenderableType]:
    """Everything about one."""
    yield Text(console.printable(subscription.name), style="bold cyan")
    yield console.facts(_facts(subscription))


def deliveries_table(deliveries: Sequence[DeliveryRecord], now: datetime) -> Table:
    """One message a line."""
    table = console.table("Message", "To", "About", "State", "When", ">Attempts")
    for one in deliveries:
        table.add_row(
            console.identifier(one.id),
            Text.assemble(_named(one.recipient), "\n", _where(one.target)),
            _about(one),
            Text(str(one.state), style=_STYLES[one.state]),
            _since(one, now),
            str(one.attempts),
        )
    return table


def delivery_view(delivery: DeliveryRecord) -> Iterator[RenderableType]:
    """Everything about one: what it tells of, and each attempt."""
    yield Text.assemble("Message ", (short(delivery.id), "bold cyan"), " to ", _named(delivery.recipient))
    yield console.facts(_delivery_facts(delivery))
    yield ""
    table = console.table("Happened", "What", "Site", "About")
    for event in delivery.events:
        table.add_row(_moment(event.happened_at), str(event.type), event.site or "–", _subject(event))
    yield table
    if delivery.tries:
        yield ""
        table = console.table(">Attempt", "Began", "Took", "Outcome", "Answer")
        for one in delivery.tries:
            table.add_row(*_attempt(one))
        yield table


def tried_table(tries: Sequence[Tried]) -> Table:
    """What each target answered."""
    table = console.table("To", "Outcome", "Answer")
    for one in tries:
        told = Text("accepted", style="green") if one.is_accepted else Text("not sent", style="bold red")
        table.add_row(_where(one.target), told, console.printable(one.answer))
    return table


def _facts(subscription: Subscription) -> Iterator[tuple[str, RenderableType]]:
    yield "id", subscription.id
    yield "is told of", ", ".join(subscription.events)
    yield "sites", ", ".join(subscription.sites) or "all"
    yield "violations", f"{subscription.minimum_severity} and above"
    for target in subscription.targets:
        yield "by", _where(target)
    yield "when", _when(subscription)
    if subscription.attach:
        yield "reports", "attached to mails"
    if subscription.is_paused:
        yield "state", Text("paused", style="yellow")


def _when(subscription: Subscription) -> str:
    told = {
        Digest.NONE: "at once",
        Digest.HOURLY: "gathered, every hour",
        Digest.DAILY: f"gathered, daily at {subscription.digest_at}",
    }[subscription.digest]
    if subscription.quiet is not None:
        told += f", not {subscription.quiet.start} to {subscription.quiet.end}"
    needs_zone = subscription.quiet is not None or subscription.digest is Digest.DAILY
    return f"{told} ({subscription.zone})" if needs_zone else told


def _named(name: str) -> tuple[str, str]:
    return console.printable(name), "cyan"


def _where(target: Target) -> str:
    return console.printable(f"{target.channel} {target.told.address}")


def _about(delivery: DeliveryRecord) -> str:
    if delivery.digest is not Digest.NONE:
        return f"{delivery.digest} digest of {console.counted(len(delivery.events), 'event')}"
    return "\n".join(
        f"{event.type}\n{event.site or event.subject or ''}".strip() for event in delivery.events
    )


def _since(delivery: DeliveryRecord, now: datetime) -> str:
    if delivery.state is not DeliveryState.WAITING:
        return console.ago(delivery.ended_at, now)
    wait = delivery.due_at - now
    return f"in {console.duration(wait)}" if wait.total_seconds() > 0 else "now"


def _delivery_facts(delivery: DeliveryRecord) -> Iterator[tuple[str, RenderableType]]:
    yield "id", delivery.id
    yield "by", _where(delivery.target)
    yield "state", Text(str(delivery.state), style=_STYLES[delivery.state])
    yield "made", _moment(delivery.created_at)
    if delivery.state is DeliveryState.WAITING:
        yield "due", _moment(delivery.due_at)
    if delivery.ended_at is not None:
        yield "ended", _moment(delivery.ended_at)
    if delivery.digest is not Digest.NONE:
        yield "digest", str(delivery.digest)
    if delivery.answer:
        yield "answer", console.printable(delivery.answer)
    if delivery.error and delivery.error != delivery.answer:
        yield "error", console.printable(delivery.error)


def _attempt(attempt: AttemptRecord) -> tuple[str, str, str, str, str]:
    took = console.duration(attempt.ended_at - attempt.started_at) if attempt.ended_at else "–"
    outcome = str(attempt.outcome) if attempt.outcome else "never ended"
    return (
        str(attempt.number),
        _moment(attempt.started_at),
        took,
        outcome,
        console.printable(attempt.answer or ""),
    )


def _subject(event: Event) -> str:
    ids = {"scan": event.scan_id, "report": event.report_id, "job": event.job_id}
    told = [f"{noun} {short(id)}" for noun, id in ids.items() if id]
    return console.printable(", ".join(told) or event.subject or "")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
