"""Keeps the rules: what a rule is, how a function becomes one, and how it is found again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from inspect import signature
from typing import TypeVar

from scanjobs.domain.findings import Finding, FindingItem, Outcome, Severity
from scanjobs.domain.labels import LabelledEvidence
from scanjobs.errors import NotFoundError
from scanjobs.rules.profiles import PROFILES, Profile

# The order of the catalogue: consent, banner, lifetime, declaration, security, third parties, US, evidence.
FAMILIES = "CBLDSTUE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the function of a rule answers; the rule and the profile add the rest of the finding."""

    outcome: Outcome
    summary: str
    """One sentence in plain words, or two."""
    items: tuple[FindingItem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule: what it rests on as data, what it checks as a function."""

    id: str
    title: str
    checks: str
    """What it looks at and how it answers, in plain words."""
    basis: str
    """The authority, for people."""
    url: str
    """Where the authority can be read."""
    valid_from: date
    """Since when browsers or the authority apply it."""
    how_to_fix: str
    version: str
    severity: Severity
    """How much a failure weighs where no profile says otherwise."""
    by_profile: Mapping[str, Severity]
    """How much it weighs in the profiles that say otherwise, by their names."""
    check: Callable[[LabelledEvidence, Profile], Verdict]

    def severity_in(self, profile: Profile) -> Severity:
        """How much a failure weighs in a legal area."""
        return self.by_profile.get(profile.name, self.severity)

    def judge(self, labelled: LabelledEvidence, profile: Profile) -> Finding:
        """What this rule says about one scan."""
        verdict = self.check(labelled, profile)
        return Finding(
            rule_id=self.id,
            rule_version=self.version,
            outcome=verdict.outcome,
            severity=self.severity_in(profile),
            summary=verdict.summary,
            items=verdict.items,
        )


_rules: dict[str, Rule] = {}
_Check = TypeVar("_Check", bound=Callable[..., Verdict])


def rule(
    id: str,
    *,
    title: str,
    severity: Severity,
    by_profile: Mapping[str, Severity] | None = None,
    basis: str,
    url: str,
    valid_from: date,
    how_to_fix: str,
    version: str = "1",
) -> Callable[[_Check], _Check]:
    """Make a function a rule of the catalogue; its docstring is what the rule checks.

    The function takes the classified scan, and the profile as well where its answer depends on that.
    """

    def register(check: _Check) -> _Check:
        if id in _rules:
            raise ValueError(f"There are two rules {id}.")
        if unknown := set(by_profile or {}) - set(PROFILES):
            raise ValueError(f"Rule {id} names profiles that do not exist: {unknown}.")
        _rules[id] = Rule(
            id=id,
            title=title,
            checks=" ".join((check.__doc__ or "").split()),
            basis=basis,
            url=url,
            valid_from=valid_from,
            how_to_fix=how_to_fix,
            version=version,
            severity=severity,
            by_profile=by_profile or {},
            check=_asked_with_profile(check),
        )
        return check

    return register


def _asked_with_profile(
    check: Callable[..., Verdict],
) -> Callable[[LabelledEvidence, Profile], Verdict]:
    if len(signature(check).parameters) > 1:
        return check

    @wraps(check)
    def asked(labelled: LabelledEvidence, _profile: Profile) -> Verdict:
        return check(labelled)

    return asked


def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the catalogue."""
    return tuple(sorted(_rules.values(), key=lambda rule: (FAMILIES.index(rule.id[0]), rule.id)))


def find(rule_id: str) -> Rule:
    """The rule with this id, in upper or lower case."""
    found = _rules.get(rule_id.upper())
    if found is None:
        known = ", ".join(rule.id for rule in all_rules())
        raise NotFoundError(f"There is no rule {rule_id}.", hint=f"Rules that exist: {known}.")
    return found
