"""Says what is wrong, why, and what to do: every rule answers once for every scan."""

from __future__ import annotations

from scanjobs.domain.findings import Finding
from scanjobs.domain.labels import LabelledEvidence

# Importing a family registers its rules.
from scanjobs.rules import consent, declaration, evidence, lifetime, security  # noqa: F401
from scanjobs.rules.profiles import DEFAULT_PROFILE, Profile, find_profile
from scanjobs.rules.registry import Rule, Verdict, all_rules, find

__all__ = [
    "DEFAULT_PROFILE",
    "Profile",
    "Rule",
    "Verdict",
    "all_rules",
    "evaluate",
    "find",
    "find_profile",
]


def evaluate(labelled: LabelledEvidence, profile: str = DEFAULT_PROFILE) -> tuple[Finding, ...]:
    """What every rule says about one scan, in the order of the catalogue."""
    chosen = find_profile(profile)
    return tuple(rule.judge(labelled, chosen) for rule in all_rules())
