"""How an import looks in a terminal and as JSON: what was found, what it rests on, what nobody could see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

from rich.text import Text

from scanjobs import console
from scanjobs.domain.evidence import Capture, RuleInput
from scanjobs.domain.ids import short
from scanjobs.domain.purposes import Category
from scanjobs.pipeline import Declared, Imported

INPUTS = {
    RuleInput.COOKIES: "cookies",
    RuleInput.COOKIE_ATTRIBUTES: "their attributes",
    RuleInput.SET_COOKIE: "Set-Cookie lines",
    RuleInput.LOCAL_STORAGE: "localStorage",
    RuleInput.SESSION_STORAGE: "sessionStorage",
    RuleInput.INDEXED_DB: "IndexedDB",
    RuleInput.REQUESTS: "requests",
    RuleInput.PAGES: "answers for pages",
    RuleInput.INITIATORS: "initiators",
}


def show_imported(one: Imported) -> None:
    """Print what an import found, what it left out and why."""
    scan = one.scan
    heading = Text.assemble((console.printable(scan.site), "bold"), "  scan ", (short(scan.id), "bold cyan"))
    if not one.is_new:
        heading.append("  known already; --again makes a new scan", style="yellow")
    console.show(heading, console.facts(list(_facts(one))))


def _facts(one: Imported) -> Iterator[tuple[str, str]]:
    scan = one.scan
    cookies = f"{scan.cookies:,}, {one.third_party_cookies:,} of them third-party"
    yield "cookies", cookies if scan.cookies else "none seen"
    if one.storage:
        yield "storage", console.counted(one.storage, "item")
    if one.requests is not None:
        # An inspection lists hosts, and not every request to them.
        listed = any(RuleInput.REQUESTS in c.inputs and c.format != "har" for c in one.captures)
        least = "at least " if listed else ""
        yield "requests", f"{least}{one.requests:,} to {console.counted(one.hosts, 'host')}"
    yield "phases", ", ".join(scan.phases)
    for capture in one.captures:
        yield "source", _source(capture)
    shown = frozenset[RuleInput]().union(*(capture.inputs for capture in one.captures))
    yield "shows", ", ".join(words for input, words in INPUTS.items() if input in shown) or "nothing"
    if lacking := [words for input, words in INPUTS.items() if input not in shown]:
        yield "lacks", ", ".join(lacking)
    for left_out in one.skipped:
        yield "skipped", f"{left_out.count:,} × {left_out.reason}"
    for gap in one.gaps:
        yield "not seen", gap


def _source(capture: Capture) -> str:
    """The file, its format, the tool that wrote it, when it was recorded, what came beside it."""
    tool = " ".join(filter(None, (capture.tool, capture.tool_version))) or "an unknown tool"
    when = f"{capture.captured_at:%Y-%m-%d %H:%M} UTC" if capture.captured_at else "at an unknown time"
    beside = f"; {console.counted(len(capture.files), 'more file')} beside it" if capture.files else ""
    return console.printable(f"{capture.file_name} ({capture.format}) by {tool}, {when}{beside}")


def show_declared(one: Declared) -> None:
    """Print what a declaration says, what could not be read of it, and which scans know it."""
    said = one.declaration
    heading = Text.assemble(
        (console.printable(said.site), "bold"), "  declaration ", (short(said.id), "bold cyan")
    )
    if not one.is_new:
        heading.append("  known already; --again stores it anew", style="yellow")
    console.show(heading, console.facts(list(_declared_facts(one))))
    if not one.older_scans:
        return
    noun = console.counted(one.older_scans, "scan")
    verb = "was" if one.older_scans == 1 else "were"
    console.say(
        "note",
        f"{noun} of {said.site} {verb} judged without it; `scanjobs cookies reclassify --site {said.site}` "
        "judges them with it.",
    )


def _declared_facts(one: Declared) -> Iterator[tuple[str, str]]:
    file = one.declaration.file
    made = f", made {file.declared_at:%Y-%m-%d %H:%M} UTC" if file.declared_at else ""
    yield (
        "source",
        console.printable(f"{file.file_name} ({file.format}) by {file.tool or 'an unknown tool'}{made}"),
    )
    purposes = Counter(line.category for line in file.cookies)
    told = [f"{purposes[category]:,} {category}" for category in Category if purposes[category]]
    if purposes[None]:
        told.append(f"{purposes[None]:,} of a category that means nothing to us")
    yield "lines", f"{len(file.cookies):,}: {', '.join(told)}"
    known = sum(line.is_session is True or line.lifetime_seconds is not None for line in file.cookies)
    yield "lifetimes", f"{known:,} of {len(file.cookies):,} could be read"
    for reason, count in file.skipped:
        yield "skipped", f"{count:,} × {reason}"


def declared_as_json(one: Declared) -> dict[str, object]:
    """The same facts for programs."""
    said = one.declaration
    return {
        "declaration": said.id,
        "site": said.site,
        "imported_at": said.imported_at,
        "is_new": one.is_new,
        "older_scans": one.older_scans,
        **asdict(said.file),
        "skipped": [{"reason": reason, "count": count} for reason, count in said.file.skipped],
    }


def as_json(one: Imported) -> dict[str, object]:
    """The same facts for programs."""
    return {
        **asdict(one.scan),
        "is_new": one.is_new,
        "third_party_cookies": one.third_party_cookies,
        "storage": one.storage,
        "hosts": one.hosts,
        "requests": one.requests,
        "entries": one.entries,
        "captures": [
            {**asdict(capture), "inputs": [input for input in RuleInput if input in capture.inputs]}
            for capture in one.captures
        ],
        "skipped": one.skipped,
        "gaps": one.gaps,
    }
