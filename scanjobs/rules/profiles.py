"""The legal areas a site can be judged by; how much a rule weighs in each stands with the rule."""

from __future__ import annotations

from dataclasses import dataclass

from scanjobs.errors import UsageError

DEFAULT_PROFILE = "eu"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """One legal area."""

    name: str
    title: str


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(name="eu", title="European Union: ePrivacy Directive and GDPR"),
        Profile(name="fr", title="France: Art. 82 Loi Informatique et Libertés, CNIL"),
        Profile(name="es", title="Spain: Art. 22.2 LSSI, AEPD"),
        Profile(name="it", title="Italy: Art. 122 Codice Privacy, Garante"),
        Profile(name="uk", title="United Kingdom: PECR and UK GDPR, ICO"),
        Profile(name="us-ca", title="California: CCPA as amended by the CPRA"),
    )
}


def find_profile(name: str) -> Profile:
    """The profile with this name."""
    if name not in PROFILES:
        known = ", ".join(sorted(PROFILES))
        raise UsageError(f"There is no profile {name}.", hint=f"Profiles that exist: {known}.")
    return PROFILES[name]
