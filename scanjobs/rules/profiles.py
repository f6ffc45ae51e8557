"""How much each rule weighs where: one table of severities a legal area."""

from __future__ import annotations

from dataclasses import dataclass

from scanjobs.domain.findings import Severity
from scanjobs.errors import UsageError

DEFAULT_PROFILE = "eu"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The severities of one legal area."""

    name: str
    title: str
    severities: dict[str, Severity]
    """By rule id; every rule has one."""

    def severity_of(self, rule_id: str) -> Severity:
        """How much a rule weighs here."""
        return self.severities[rule_id]


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            name="eu",
            title="European Union: ePrivacy Directive and GDPR",
            severities={
                "L03": Severity.MEDIUM,
                "L04": Severity.LOW,
                "D04": Severity.MEDIUM,
                "S01": Severity.HIGH,
                "S02": Severity.HIGH,
                "S03": Severity.MEDIUM,
                "S05": Severity.LOW,
                "E02": Severity.INFO,
            },
        ),
    )
}


def find_profile(name: str) -> Profile:
    """The profile with this name."""
    if name not in PROFILES:
        known = ", ".join(sorted(PROFILES))
        raise UsageError(f"There is no profile {name}.", hint=f"Profiles that exist: {known}.")
    return PROFILES[name]
