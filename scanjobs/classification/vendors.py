"""Finds the company behind a host, and what its business says about its cookies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanjobs.domain.purposes import Category

# What a kind of business says about a cookie on its domain, and only where labelled cookies bear it out (the
# figures: docs/accuracy.md). Video, hosting, tag management and consent services set cookies of every kind,
# so they name a company and no purpose.
IMPLIED_CATEGORIES = {
    "ad": Category.MARKETING,
    "marketing": Category.MARKETING,
    "social": Category.MARKETING,
    "analytics": Category.ANALYTICS,
    "customer-success": Category.FUNCTIONAL,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Vendor:
    """A company that is known by its domains."""

    name: str
    business: str
    """For instance `ad`, `analytics`, `cdn`."""

    @property
    def implied_category(self) -> Category | None:
        """The purpose its cookies have as a rule, or None where the business does not tell."""
        return IMPLIED_CATEGORIES.get(self.business)


class VendorIndex:
    """Companies by the hosts and domains they answer for."""

    def __init__(self, rows: Iterable[tuple[str, str, list[str]]]) -> None:
        self._by_pattern: dict[str, Vendor] = {}
        for name, business, patterns in rows:
            vendor = Vendor(name=name, business=business)
            self._by_pattern.update(dict.fromkeys(patterns, vendor))

    def find(self, host: str) -> Vendor | None:
        """The company of a host: a name that is listed as such, else the closest `*.` pattern above it."""
        return next((self._by_pattern[p] for p in _patterns(host) if p in self._by_pattern), None)


def _patterns(host: str) -> Iterator[str]:
    """What a host can be listed under, the closest first."""
    host = host.lower().strip(".")
    yield host
    labels = host.split(".")
    # A pattern stands for the domain itself as well: `*.hotjar.com` answers for `hotjar.com`.
    for start in range(len(labels) - 1):
        yield "*." + ".".join(labels[start:])
