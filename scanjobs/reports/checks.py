"""What the rules said, with what a reader needs to know of each rule, in the order of weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from scanjobs import rules
from scanjobs.domain.findings import Finding, Outcome
from scanjobs.errors import NotFoundError
from scanjobs.reports.parts import FindingPart
from scanjobs.reports.words import Words
from scanjobs.rules.standing import by_weight


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleFacts:
    """What a report says about a rule, whatever a scan showed."""

    title: str
    checks: str
    """What it looks at and how it answers."""
    basis: str
    url: str | None
    valid_from: date | None
    """Since when browsers or the authority apply it; None where that is not known any more."""
    how_to_fix: str


RuleBook = Callable[[str], RuleFacts]


def registered_rule(rule_id: str) -> RuleFacts:
    """The facts of a rule; one that this version does not have any more is named and nothing else."""
    try:
        rule = rules.find(rule_id)
    except NotFoundError:
        # An old scan keeps the answers of the rules it was judged by.
        return RuleFacts(
            title=f"Rule {rule_id}",
            checks="Only the version of scanjobs that judged the scan knows what it looked at.",
            basis="This version of scanjobs does not have this rule.",
            url=None,
            valid_from=None,
            how_to_fix="Check the scan again with the rules of this version.",
        )
    return RuleFacts(
        title=rule.title,
        checks=rule.checks,
        basis=rule.basis,
        url=rule.url,
        valid_from=rule.valid_from,
        how_to_fix=rule.how_to_fix,
    )


def in_words(book: RuleBook, words: Words) -> RuleBook:
    """The same rules with their titles and remedies in the language of a report."""

    def told(rule_id: str) -> RuleFacts:
        facts = book(rule_id)
        return replace(facts, title=words(facts.title), how_to_fix=words(facts.how_to_fix))

    return told


def checklist(
    findings: Sequence[Finding], book: RuleBook, first_seen: Mapping[str, datetime]
) -> tuple[FindingPart, ...]:
    """Every rule's answer, gravest first; `first_seen` tells since when a rule has failed or warned."""
    return tuple(_part(finding, book(finding.rule_id), first_seen) for finding in by_weight(findings))


def to_act_on(checks: Sequence[FindingPart]) -> tuple[FindingPart, ...]:
    """The answers that call for something: failed, warned, and what is worth knowing."""
    return tuple(check for check in checks if check.outcome in (Outcome.FAIL, Outcome.WARN, Outcome.INFO))


def _part(finding: Finding, facts: RuleFacts, first_seen: Mapping[str, datetime]) -> FindingPart:
    return FindingPart(
        rule_id=finding.rule_id,
        rule_version=finding.rule_version,
        title=facts.title,
        checks=facts.checks,
        outcome=finding.outcome,
        severity=finding.severity,
        summary=finding.summary,
        basis=facts.basis,
        url=facts.url,
        valid_from=facts.valid_from,
        how_to_fix=facts.how_to_fix,
        items=finding.items,
        first_seen_at=first_seen.get(finding.rule_id),
    )
