"""Whether everybody was told of everything they wanted to hear of, once, and not in quiet hours."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from benchmarks.month_driver.plan import Plan, Subscriber
from benchmarks.month_driver.receivers import Receipt
from benchmarks.month_driver.run import Month
from scanjobs.db import driver
from scanjobs.db.connection import named_rows

_GRAVITY = ("critical", "high", "medium", "low", "info")

_EVENTS = "SELECT seq, id, type, site, severity, scan_id, facts FROM events ORDER BY seq"
_DELIVERIES = "SELECT seq, id, recipient, state, digest, attempts FROM deliveries"
_TOLD = "SELECT delivery_seq, event_seq FROM delivery_events"
_OPEN = """
    SELECT deliveries.id AS id, count(*) AS number
      FROM delivery_attempts JOIN deliveries ON deliveries.seq = delivery_attempts.delivery_seq
     WHERE delivery_attempts.ended_at IS NULL GROUP BY deliveries.id
"""


@dataclass(frozen=True, kw_only=True)
class Count:
    """What came of the month."""

    scans: int
    reports: int
    events: int
    owed: int
    told: int
    gathered: int
    twice: int
    lost: int
    in_quiet_hours: int


def examine(plan: Plan, month: Month) -> tuple[Count, list[str]]:
    """Count, and tell what is wrong, a sentence each."""
    violations: list[str] = []
    with driver.read(month.settings) as connection:
        events = {row["seq"]: dict(row) for row in named_rows(connection, _EVENTS, {})}
        deliveries = {row["seq"]: dict(row) for row in named_rows(connection, _DELIVERIES, {})}
        told = [(row["delivery_seq"], row["event_seq"]) for row in named_rows(connection, _TOLD, {})]
        unended = {row["id"]: row["number"] for row in named_rows(connection, _OPEN, {})}
    types = Counter(event["type"] for event in events.values())
    if types["scan.imported"] != len(month.scans):
        violations.append(f"{len(month.scans)} scans, {types['scan.imported']} times scan.imported")
    if types["report.completed"] != month.reports:
        violations.append(f"{month.reports} reports, {types['report.completed']} times report.completed")

    ids = {row["id"]: seq for seq, row in deliveries.items()}
    about: dict[int, set[int]] = defaultdict(set)
    for delivery, event in told:
        about[delivery].add(event)
    receipts: dict[str, list[Receipt]] = defaultdict(list)
    for receipt in month.receivers.receipts:
        receipts[receipt.delivery].append(receipt)
        if receipt.delivery not in ids:
            violations.append(f"{receipt.to} got {receipt.delivery}, which nobody sent")
        elif deliveries[ids[receipt.delivery]]["recipient"] != receipt.to:
            violations.append(f"{receipt.to} got what was for somebody else")

    lost = owed = 0
    heard: dict[str, Counter[int]] = defaultdict(Counter)
    for seq, row in deliveries.items():
        if receipts[row["id"]]:
            heard[row["recipient"]].update(about[seq])
        if row["state"] != "delivered":
            violations.append(f"the message {row['id']} to {row['recipient']} is {row['state']}")
    for subscriber in plan.subscribers:
        wanted = {seq for seq, event in events.items() if _wants(subscriber, event)}
        owed += len(wanted)
        for seq in wanted - set(heard[subscriber.name]):
            lost += 1
            violations.append(f"{subscriber.name} never heard of {events[seq]['type']} {events[seq]['id']}")
        for seq in set(heard[subscriber.name]) - wanted:
            violations.append(f"{subscriber.name} heard of {events[seq]['type']} without wanting to")
        for seq, number in heard[subscriber.name].items():
            if number > 1:
                violations.append(f"{subscriber.name} heard of {events[seq]['id']} in {number} messages")

    twice = 0
    struck = Counter(month.kills.senders)
    for delivery, got in receipts.items():
        extra = len(got) - 1
        twice += extra
        if extra > unended.get(delivery, 0):
            violations.append(f"{delivery} came {len(got)} times, and no sender was killed over it")
        if struck[delivery] and extra < struck[delivery]:
            violations.append(f"{delivery} was not sent again after its sender was killed")
    if twice > len(month.kills.senders) + month.kills.others:
        violations.append(f"{twice} messages came twice, more than there were kills")

    quiet = 0
    by_name = {subscriber.name: subscriber for subscriber in plan.subscribers}
    for receipt in month.receivers.receipts:
        if receipt.at != datetime.min and _is_quiet(by_name[receipt.to], receipt.at):  # noqa: DTZ901
            quiet += 1
            violations.append(f"{receipt.to} was told at {receipt.at}, in quiet hours")
    count = Count(
        scans=len(month.scans),
        reports=month.reports,
        events=len(events),
        owed=owed,
        told=sum(1 for got in receipts.values() if got),
        gathered=sum(len(about[seq]) for seq, row in deliveries.items() if row["digest"] != "none"),
        twice=twice,
        lost=lost,
        in_quiet_hours=quiet,
    )
    return count, violations


def _wants(subscriber: Subscriber, event: dict[str, object]) -> bool:
    """By the words of the manual, and not by the program's own function."""
    site, severity = event["site"], event["severity"]
    return (
        any(fnmatchcase(str(event["type"]), pattern) for pattern in subscriber.events)
        and (not subscriber.sites or site is None or site in subscriber.sites)
        and (severity is None or _GRAVITY.index(str(severity)) <= _GRAVITY.index(subscriber.severity))
    )


def _is_quiet(subscriber: Subscriber, at: datetime) -> bool:
    if subscriber.quiet is None:
        return False
    start, _, end = subscriber.quiet.partition("-")
    wall = f"{at.astimezone(ZoneInfo(subscriber.zone)):%H:%M}"
    return start <= wall < end if start < end else wall >= start or wall < end
