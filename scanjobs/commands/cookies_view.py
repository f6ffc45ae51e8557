"""Draws what is said and known about cookies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from scanjobs.domain.cookies import Party
from scanjobs.domain.overrides import Override
from scanjobs.domain.purposes import Exemption

if TYPE_CHECKING:
    from rich.console import RenderableType

    from scanjobs.classification.look_up import LookedUp

NOTHING = "–"
_EXEMPT = {
    Exemption.EXEMPT: "exempt",
    Exemption.NOT_EXEMPT: "not exempt",
    Exemption.UNDETERMINED: "undetermined",
}


def about(name: str, domain: str | None, site: str | None) -> str:
    """`_ga (shop.example) on every site`."""
    return f"{name} ({domain or 'any domain'}) on {site or 'every site'}"


def said(override: Override) -> str:
    """A statement in a line."""
    words = [str(word) for word in (override.category, override.vendor) if word]
    if override.exemption:
        words.append(_EXEMPT[override.exemption])
    reason = f" ({override.reason})" if override.reason else ""
    return f"{about(override.name, override.domain, override.site)}: {', '.join(words)}{reason}"


def overrides_table(overrides: Sequence[Override]) -> RenderableType:
    """Statements beneath each other."""
    from scanjobs import console

    table = console.table("Name", "Domain", "Site", "Category", "Vendor", "Consent", "Reason", "Said")
    for one in overrides:
        table.add_row(
            console.printable(one.name),
            one.domain or "any",
            one.site or "every",
            one.category or NOTHING,
            console.printable(one.vendor or NOTHING),
            _EXEMPT[one.exemption] if one.exemption else NOTHING,
            console.printable(one.reason or NOTHING),
            f"{one.created_at:%Y-%m-%d}",
        )
    return table


def found_view(found: LookedUp) -> Iterator[RenderableType]:
    """The label with its reasons, then what every source says."""
    from rich.text import Text

    from scanjobs import console
    from scanjobs.reports import wording

    label = found.label
    whose = {
        Party.FIRST: "the site's own",
        Party.THIRD: f"a third party's, of {found.domain}",
    }[found.party]
    yield Text.assemble((console.printable(found.name), "bold"), f"  as {whose}")
    yield console.facts(
        [
            ("category", str(label.category)),
            ("source", f"{wording.SOURCE[label.source]}, confidence {label.confidence:.2f}"),
            ("vendor", label.vendor or "unknown"),
            ("consent", f"{_EXEMPT[label.exemption]}: {label.exemption_reason}"),
            ("site", found.site or "any"),
            ("data", found.data_version),
        ]
    )
    if not found.answers:
        return
    table = console.table("Source", "Says", "Vendor", ">Confidence", "Because")
    for answer in found.answers:
        says = [str(word) for word in (answer.category,) if word]
        if answer.exemption:
            says.append(_EXEMPT[answer.exemption])
        table.add_row(
            wording.SOURCE[answer.source],
            ", ".join(says) or NOTHING,
            console.printable(answer.vendor or NOTHING),
            f"{answer.confidence:.2f}" if answer.category else NOTHING,
            console.printable(answer.reason or NOTHING),
        )
    yield Text()
    yield table


def found_as_json(found: LookedUp) -> dict[str, Any]:
    """The same for programs."""
    label = found.label
    return {
        "name": found.name,
        "domain": found.domain,
        "site": found.site,
        "party": found.party,
        "category": label.category,
        "source": label.source,
        "confidence": label.confidence,
        "vendor": label.vendor,
        "exemption": label.exemption,
        "exemption_reason": label.exemption_reason,
        "database_category": label.database_category,
        "data_version": found.data_version,
        "answers": list(found.answers),
    }
