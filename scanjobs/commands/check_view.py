"""How the result of a check looks in a terminal and in the log of a pipeline."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.commands.scan_view import OUTCOME_STYLES
from scanjobs.domain.findings import Outcome
from scanjobs.domain.ids import short
from scanjobs.errors import ExitCode
from scanjobs.reports.findings.result import CheckResult, RuleResult
from scanjobs.reports.findings.words import details_of, name_of, phases_of, reason_of

MOST_SUBJECTS = 10
MOST_ACCEPTED = 40
HEADLINE_STYLES = {ExitCode.OK: "bold green", ExitCode.FINDINGS: "bold red", ExitCode.FAILURE: "bold yellow"}
PLAIN_WIDTH = 80


def check_view(result: CheckResult) -> Iterator[RenderableType]:
    """What was checked, what was found, what was accepted, and whether it passes."""
    yield Text.assemble(
        (console.printable(result.site), "bold"), "  scan ", (short(result.scan_id), "bold cyan")
    )
    yield console.facts(_identity(result))
    if result.found:
        yield ""
        yield _findings(result)
    if result.accepted:
        yield ""
        yield _accepted(result)
    yield ""
    style = "bold yellow" if result.is_withheld and not result.counting else HEADLINE_STYLES[result.exit_code]
    yield Text(console.printable(result.headline), style=style)


def as_plain_text(result: CheckResult) -> str:
    """The same for a file: without colours, 80 columns wide."""
    page = Console(width=PLAIN_WIDTH, highlight=False, markup=False, color_system=None)
    with page.capture() as captured:
        for renderable in check_view(result):
            page.print(renderable)
    return captured.get()


def _identity(result: CheckResult) -> Iterator[tuple[str, str]]:
    yield "profile", f"{result.profile}, {result.profile_title}"
    captured = f"{result.captured_at:%Y-%m-%d %H:%M} UTC" if result.captured_at else "unknown"
    yield "captured", f"{captured}; phases {', '.join(result.phases) or 'unknown'}"
    words = (
        (Outcome.FAIL, "failed"),
        (Outcome.WARN, "warned"),
        (Outcome.PASS, "passed"),
        (Outcome.NOT_EVALUABLE, "not evaluable"),
    )
    counts = [f"{len(result.of(outcome))} {word}" for outcome, word in words if result.of(outcome)]
    yield "rules", ", ".join(counts)
    score = result.verdict.score
    yield "score", f"none: {result.verdict.score_withheld}" if score is None else f"{score} of 100"


def _findings(result: CheckResult) -> Table:
    table = console.table("Rule", "Outcome", "Severity", "Finding")
    for rule in result.found:
        check = rule.check
        style = OUTCOME_STYLES[check.outcome] if rule.open else "dim"
        table.add_row(
            Text(check.rule_id, style="bold" if rule.counts else ""),
            Text(str(check.outcome), style=style),
            str(check.severity),
            Group(*_finding(rule)),
        )
    return table


def _finding(rule: RuleResult) -> Iterator[RenderableType]:
    yield Text(console.printable(rule.check.summary))
    for subject in rule.open[:MOST_SUBJECTS]:
        if subject.subject:
            phases = f" [{phases_of(subject)}]" if phases_of(subject) else ""
            told = f"{name_of(subject)}: {details_of(subject)}{phases}"
            yield Padding(Text(console.printable(told), style="dim", overflow="fold"), (0, 0, 0, 2))
    rest = len(rule.open) - MOST_SUBJECTS
    if rest > 0:
        yield Padding(Text(f"… and {rest:,} more; --format json has them all", style="dim"), (0, 0, 0, 2))
    if rule.accepted:
        yield Padding(Text(f"{len(rule.accepted):,} accepted", style="dim"), (0, 0, 0, 2))


def _accepted(result: CheckResult) -> Table:
    table = console.table("Accepted", "What", "Why")
    for rule, subject in result.accepted[:MOST_ACCEPTED]:
        reason = reason_of(subject.acceptance) if subject.acceptance else ""
        table.add_row(
            rule.check.rule_id,
            Text(console.printable(name_of(subject)), overflow="fold"),
            Text(console.printable(reason), overflow="fold"),
        )
    rest = len(result.accepted) - MOST_ACCEPTED
    if rest > 0:
        table.add_row("…", f"and {rest:,} more", "")
    return table
