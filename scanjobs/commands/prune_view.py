"""How a retention looks in a terminal: scans and reports one by one, others by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from scanjobs import console
from scanjobs.maintenance.retention import Item, Kind, Plan

_SINGLY = (Kind.REPORT, Kind.SCAN)


def show(plan: Plan) -> None:
    """What goes, then what stays although it is meant."""
    table = console.table("What", ">Id", "Which", "Of", "Why")
    for kind, what, items in _grouped(plan.going):
        first, last = items[0].at, items[-1].at
        table.add_row(
            str(kind),
            console.identifier(items[0].id) if kind in _SINGLY else Text(f"{len(items):,} ×", style="cyan"),
            Text(console.printable(Path(what).name if kind is Kind.REPORT else what), overflow="fold"),
            f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}",
            console.printable(items[0].why),
        )
    if table.row_count:
        console.show(table)
    for item in plan.staying:
        console.say(
            "kept", f"{item.kind} {item.id[:8]}  {console.printable(item.what)}: {item.why}", style="yellow"
        )


def counts(items: Iterable[Item]) -> str:
    """`3 scans, 1 report`."""
    found: dict[Kind, int] = defaultdict(int)
    for item in items:
        found[item.kind] += 1
    plurals = {Kind.DELIVERY: "deliveries"}
    return (
        console.listed(
            [console.counted(found[kind], kind, plurals.get(kind)) for kind in reversed(Kind) if found[kind]]
        )
        if found
        else ""
    )


def as_json(item: Item) -> dict[str, Any]:
    """One thing for programs."""
    return {
        "kind": item.kind,
        "id": item.id,
        "what": item.what,
        "at": item.at,
        "goes": item.goes,
        "why": item.why,
    }


def _grouped(items: Sequence[Item]) -> list[tuple[Kind, str, list[Item]]]:
    groups: dict[tuple[Kind, str, str], list[Item]] = defaultdict(list)
    for item in items:
        groups[item.kind, item.what, item.id if item.kind in _SINGLY else ""].append(item)
    return [
        (kind, what, sorted(found, key=lambda item: item.at)) for (kind, what, _), found in groups.items()
    ]
