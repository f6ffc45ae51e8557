"""The result of a check as Markdown, for a comment on a change: short on top, the rest folded."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from scanjobs.domain.checks import Acceptance
from scanjobs.domain.findings import Outcome
from scanjobs.domain.ids import short
from scanjobs.reports import wording
from scanjobs.reports.findings.result import CheckResult, RuleResult, Subject
from scanjobs.reports.findings.words import details_of, name_of, phases_of, reason_of
from scanjobs.reports.markdown_text import code, link, plain, table

MOST_SUBJECTS = 20
"""Rows of one rule; a cookie banner that fails may leave hundreds."""
MOST_CHARACTERS = 60_000
"""A comment on GitHub may have 65,536."""


def draw(result: CheckResult) -> str:
    """Heading, result, findings, what was accepted and what could not be evaluated."""
    blocks = [*_heading(result), *_table(result)]
    tail = [*_accepted(result), *_baseline(result), *_unseen(result), _foot(result)]
    room = MOST_CHARACTERS - sum(len(block) + 2 for block in (*blocks, *tail))
    left_out = []
    for rule in result.found:
        section = _section(rule) if rule.open else ""
        if len(section) + 2 > room:
            left_out.append(rule.check.rule_id)
        elif section:
            room -= len(section) + 2
            blocks.append(section)
    if left_out:
        blocks.append(f"*Too long for a comment: the subjects of {', '.join(left_out)}.*")
    return "\n\n".join([*blocks, *tail]) + "\n"


def _heading(result: CheckResult) -> Iterator[str]:
    yield f"## Cookie check of {code(result.site)}"
    yield f"**{plain(result.headline)}**"
    yield plain(result.verdict.sentence)
    if result.is_withheld:
        reasons = "".join(f"\n> - {plain(reason)}" for reason in result.verdict.reasons)
        yield f"> **The verdict is withheld.** Why:\n>{reasons}"


def _table(result: CheckResult) -> Iterator[str]:
    if result.found:
        rows = [
            (
                f"**{rule.check.rule_id}**" if rule.counts else rule.check.rule_id,
                wording.OUTCOME[rule.check.outcome],
                wording.SEVERITY[rule.check.severity],
                plain(rule.check.summary),
                f"{len(rule.accepted)} of {len(rule.subjects)}" if rule.accepted else "",
            )
            for rule in result.found
        ]
        yield table(("Rule", "Outcome", "Severity", "Finding", "Accepted"), rows)


def _section(rule: RuleResult) -> str:
    """What one rule names and what to do about it, folded."""
    check = rule.check
    shown = rule.open[:MOST_SUBJECTS]
    rows = [(code(name_of(subject)), plain(details_of(subject)), phases_of(subject)) for subject in shown]
    parts = [
        f"<details><summary>{check.rule_id}: {html.escape(check.title)}</summary>",
        table(("What", "Observed", "Phase"), rows),
    ]
    if len(rule.open) > len(shown):
        parts.append(f"… and {len(rule.open) - len(shown)} more.")
    parts.append(f"**What to do.** {plain(check.how_to_fix)}")
    parts.append(f"Basis: {link(check.basis, check.url)}")
    parts.append("</details>")
    return "\n\n".join(parts)


def _accepted(result: CheckResult) -> Iterator[str]:
    if result.accepted:
        rows = [
            (rule.check.rule_id, code(name_of(subject)), _reason(subject))
            for rule, subject in result.accepted[: 2 * MOST_SUBJECTS]
        ]
        count = len(result.accepted)
        more = f"\n\n… and {count - len(rows)} more." if count > len(rows) else ""
        summary = f"{wording.counted(count, 'accepted finding')} which do not count"
        yield _folded(summary, table(("Rule", "What", "Why"), rows) + more)


def _baseline(result: CheckResult) -> Iterator[str]:
    if result.baseline is None:
        return
    for told, entries in (
        ("Accepted until a day that has passed, so that they count again", result.baseline.expired),
        ("In the baseline, and not found any more: take them out", result.baseline.stale),
    ):
        if entries:
            yield f"{told}: {_listed(entries)}."


def _unseen(result: CheckResult) -> Iterator[str]:
    silent = result.of(Outcome.NOT_EVALUABLE)
    if silent:
        rows = [(rule.check.rule_id, plain(rule.check.title), plain(rule.check.summary)) for rule in silent]
        summary = f"{wording.counted(len(silent), 'rule')} could not be evaluated, which is not a pass"
        yield _folded(summary, table(("Rule", "What it checks", "Why not"), rows))


def _foot(result: CheckResult) -> str:
    phases = ", ".join(result.phases) or wording.NONE
    return (
        f"<sub>scan {short(result.scan_id)}, captured {wording.moment(result.captured_at)}; phases {phases}; "
        f"profile {result.profile}; scanjobs {result.tool_version}. "
        "Technical findings, not legal advice.</sub>"
    )


def _folded(summary: str, content: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>"


def _listed(entries: Sequence[Acceptance]) -> str:
    told = [f"{plain(entry.rule_id)} {code(name_of(entry))}" for entry in entries[:MOST_SUBJECTS]]
    more = [f"{len(entries) - len(told)} more"] if len(entries) > len(told) else []
    return ", ".join([*told, *more])


def _reason(subject: Subject) -> str:
    return plain(reason_of(subject.acceptance)) if subject.acceptance else ""
