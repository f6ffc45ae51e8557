"""How the changes from one scan to another look in a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.comparison import (
    Aspect,
    Change,
    ChangeKind,
    Compared,
    Comparison,
    Difference,
    FindingChange,
    Plain,
    Thing,
)
from scanjobs.comparison.changes import ComparedScan
from scanjobs.domain.cookies import Party
from scanjobs.domain.ids import short
from scanjobs.domain.purposes import Category
from scanjobs.reports import wording
from scanjobs.reports.changes import KINDS, SORTS

MARKS = {
    ChangeKind.ADDED: ("+", "bold green"),
    ChangeKind.REMOVED: ("-", "bold red"),
    ChangeKind.CHANGED: ("~", "bold yellow"),
    ChangeKind.RENAMED: ("=", "dim"),
    ChangeKind.NOT_COMPARABLE: ("?", "dim"),
}
# How wide the name may be, and the place where there is one; eighty characters have to do.
WIDTHS = {"cookies": (24, 23), "storage": (24, 23), "hosts": (40,), "vendors": (40,)}
ASPECTS = {
    Aspect.PHASES: "seen",
    Aspect.LIFETIME: "lives",
    Aspect.SECURE: "Secure",
    Aspect.HTTP_ONLY: "HttpOnly",
    Aspect.SAME_SITE: "SameSite",
    Aspect.PARTITIONED: "Partitioned",
}
STORES = {
    "local_storage": "localStorage",
    "session_storage": "sessionStorage",
    "indexed_db": "IndexedDB",
}
SINGLY = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED)
MOST_CHANGES = 40
MOST_NAMES = 6


def diff_view(comparison: Comparison) -> Iterator[RenderableType]:
    """Which scans, what has to be known, what changed, and how much did not."""
    older, newer = comparison.older, comparison.newer
    sites = dict.fromkeys((older.site, newer.site))
    yield Text.assemble(
        (console.printable(" → ".join(sites)), "bold"),
        "  scans ",
        (short(older.id), "bold cyan"),
        " → ",
        (short(newer.id), "bold cyan"),
    )
    yield console.facts(_identity(comparison))
    for name, part in comparison.sections.items():
        if part.changes:
            yield ""
            yield from _section(name, part, with_phases=len({*older.phases, *newer.phases}) > 1)
    if comparison.findings:
        yield ""
        yield from _findings(comparison.findings)
    yield ""
    yield _rest(comparison)


def _identity(comparison: Comparison) -> Iterator[tuple[str, str]]:
    yield "older", _when(comparison.older)
    yield "newer", _when(comparison.newer)
    for note in comparison.notes:
        yield "note", note


def _when(scan: ComparedScan) -> str:
    moment = f"captured {scan.captured_at:%Y-%m-%d %H:%M} UTC"
    if scan.captured_at is None:
        moment = f"imported {scan.created_at:%Y-%m-%d %H:%M} UTC, captured nobody knows when"
    return f"{moment}; {', '.join(scan.phases)}"


def _section(name: str, part: Compared, *, with_phases: bool) -> Iterator[RenderableType]:
    """What became of one sort of things; phases are told where the scans have several."""
    kinds = [change.kind for change in part.changes]
    yield _heading(name.capitalize(), kinds)
    single = [change for change in part.changes if change.kind in SINGLY]
    single.sort(key=lambda change: SINGLY.index(change.kind))
    table = _lines(*WIDTHS[name])
    for change in single[:MOST_CHANGES]:
        thing = change.thing
        places = [_clipped(_place(thing))] if thing.place else []
        table.add_row(_mark(change.kind), _folded(thing.name), *places, _told(change, with_phases))
    if table.row_count:
        yield table
    if len(single) > MOST_CHANGES:
        yield Text(f"  … and {len(single) - MOST_CHANGES:,} more; --json has them all.", style="dim")
    if renamed := part.of(ChangeKind.RENAMED):
        names = [f"{one.older.name} → {one.newer.name}" for one in renamed if one.older and one.newer]
        yield _grouped(ChangeKind.RENAMED, "the same but for a generated name", names)
    yield from _not_comparable(part.of(ChangeKind.NOT_COMPARABLE))


def _not_comparable(changes: Sequence[Change]) -> Iterator[RenderableType]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        by_reason["; ".join(change.unseen)].append(change.thing.name)
    for reason, names in by_reason.items():
        yield _grouped(ChangeKind.NOT_COMPARABLE, reason, list(dict.fromkeys(names)))


def _grouped(kind: ChangeKind, reason: str, names: Sequence[str]) -> RenderableType:
    """Several things of which the same is said, on a line or two."""
    rest = len(names) - MOST_NAMES
    listed = ", ".join(names[:MOST_NAMES]) + (f" and {rest:,} more" if rest > 0 else "")
    table = Table.grid(padding=(0, 1))
    table.add_row(_mark(kind), Text(console.printable(f"{listed}: {reason}"), style="dim", overflow="fold"))
    return table


def _heading(title: str, kinds: Sequence[ChangeKind]) -> Text:
    counts = [f"{kinds.count(kind):,} {words}" for kind, words in KINDS.items() if kind in kinds]
    return Text.assemble((title, "bold"), "  ", (", ".join(counts), "dim"))


def _lines(*widths: int) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    for width in widths:
        table.add_column(max_width=width, overflow="fold")
    table.add_column(overflow="fold")
    return table


def _mark(kind: ChangeKind) -> Text:
    mark, style = MARKS[kind]
    return Text(mark, style=style)


def _place(thing: Thing) -> str:
    if thing.kind in STORES:
        return f"{STORES[thing.kind]} of {thing.place.partition('//')[2] or thing.place}"
    return thing.place


def _told(change: Change, with_phases: bool) -> RenderableType:
    """What is to be said of one thing: what it is, or each aspect that changed."""
    if change.kind is not ChangeKind.CHANGED:
        return Text(console.printable(_described(change.thing, with_phases)))
    lines: list[RenderableType] = [_difference(difference) for difference in change.differences]
    lines += [Text(console.printable(reason), style="dim") for reason in change.unseen]
    return Group(*lines)


def _described(thing: Thing, with_phases: bool) -> str:
    words: list[str] = []
    if thing.category and (thing.kind != "host" or thing.category is not Category.UNCLASSIFIED):
        words.append(thing.category)
    if thing.vendor and thing.kind != "vendor":
        words.append(thing.vendor)
    if thing.party is Party.FIRST and thing.kind == "host":
        words.append("of the site itself")
    phases = ", ".join(thing.phases) if with_phases else ""
    return "; ".join(filter(None, (", ".join(words), phases)))


def _difference(difference: Difference) -> Text:
    aspect = difference.aspect
    name = ASPECTS.get(aspect, str(aspect).replace("_", " "))
    was, now = (_value(aspect, value) for value in (difference.older, difference.newer))
    return Text.assemble(f"{name} ", (console.printable(was), "dim"), " → ", console.printable(now))


def _value(aspect: Aspect, value: Plain) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return wording.duration(value)
    if isinstance(value, tuple):
        return ", ".join(value) or "nowhere"
    return value.replace("_", " ") if aspect is Aspect.EXEMPTION else value


def _findings(findings: Sequence[FindingChange]) -> Iterator[RenderableType]:
    yield _heading("Findings", [finding.kind for finding in findings])
    table = _lines(4, 8)
    known = [finding for finding in findings if finding.kind in SINGLY]
    for finding in sorted(known, key=lambda finding: SINGLY.index(finding.kind)):
        told = Group(*_finding(finding))
        table.add_row(_mark(finding.kind), finding.rule_id, str(finding.severity), told)
    if known:
        yield table
    by_reason: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        if finding.kind is ChangeKind.NOT_COMPARABLE:
            by_reason["; ".join(finding.unseen)].append(finding.rule_id)
    for reason, rules in by_reason.items():
        yield _grouped(ChangeKind.NOT_COMPARABLE, reason, rules)


def _finding(finding: FindingChange) -> Iterator[RenderableType]:
    if finding.kind is ChangeKind.REMOVED:
        yield Text(f"does not {finding.older} any more")
    else:
        yield Text(console.printable(finding.summary))
    yield from _names(ChangeKind.ADDED, finding.added)
    yield from _names(ChangeKind.REMOVED, finding.removed)
    yield from _names(ChangeKind.NOT_COMPARABLE, finding.not_comparable)
    if finding.remaining:
        yield Padding(Text(f"{finding.remaining:,} as before", style="dim"), (0, 0, 0, 2))


def _names(kind: ChangeKind, names: Sequence[str]) -> Iterator[RenderableType]:
    mark, style = MARKS[kind]
    for name in names[:MOST_NAMES]:
        yield Text.assemble((f"{mark} ", style), console.printable(name), overflow="fold")
    if len(names) > MOST_NAMES:
        yield Text(f"{mark} and {len(names) - MOST_NAMES:,} more", style="dim")


def _rest(comparison: Comparison) -> Text:
    """How much did not change, in one line."""
    counts = [
        console.counted(part.unchanged, *SORTS[name][1:])
        for name, part in comparison.sections.items()
        if part.unchanged
    ]
    if comparison.findings_unchanged:
        counts.append(console.counted(comparison.findings_unchanged, "finding"))
    told = f"as before: {_listed(counts)}" if counts else "there was nothing to compare"
    if comparison.has_changes:
        return Text(f"{told[0].upper()}{told[1:]}.", style="dim") if counts else Text("")
    kinds = {change.kind for part in comparison.sections.values() for change in part.changes}
    kinds |= {finding.kind for finding in comparison.findings}
    if ChangeKind.NOT_COMPARABLE in kinds:
        return Text.assemble(("Nothing is known to have changed", "bold yellow"), f"; {told}.")
    return Text.assemble(("Nothing changed", "bold green"), f"; {told}.")


def _listed(words: Iterable[str]) -> str:
    return console.listed(list(words))


def _folded(text: str) -> Text:
    return Text(console.printable(text), overflow="fold")


def _clipped(text: str) -> Text:
    return Text(console.printable(text), no_wrap=True, overflow="ellipsis")
