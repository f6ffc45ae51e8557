"""The other long tables of the HTML report: storage, third parties, declared and observed, changes."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import compress

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.reports import wording
from scanjobs.reports.document import Document
from scanjobs.reports.listed import ChangesPart, DeclaredPart
from scanjobs.reports.renderers.html_cookies import filters, presence_columns, presences, source_of
from scanjobs.reports.renderers.html_table import Column, Detail, Filter, LongTable, Rows, told
from scanjobs.reports.words import Words

visible = wording.visible


def storage_table(document: Document) -> LongTable:
    """What pages stored besides cookies, as a consent matrix too."""
    words, rows, phases = document.words, document.storage, document.scope.phases
    exempt = [row.exemption for row in rows]
    seen, tones = presences(words, phases, [row.presence for row in rows], exempt)
    fields = {
        "name": told((row.name for row in rows), visible),
        "origin": told((row.origin for row in rows), visible),
        "kind": told((row.kind for row in rows), words.name),
        "party": told((row.party for row in rows), words.name),
        "category": told((row.category for row in rows), words.name),
        "source": told(((row.source, row.confidence) for row in rows), partial(source_of, words)),
        "vendor": told((row.vendor for row in rows), lambda vendor: visible(vendor or wording.NONE)),
        "exempt": told(exempt, words.name),
        "reason": told((row.exemption_reason for row in rows), visible),
        "url": told((row.first_url or "" for row in rows), visible),
        "by": told((row.initiator or "" for row in rows), visible),
        **seen,
    }
    return LongTable(
        id="storage",
        title=words("Other storage"),
        rows=Rows(
            name="storage",
            count=len(rows),
            fields=fields,
            codes={
                "category": [row.category.value for row in rows],
                "party": [row.party.value for row in rows],
                "exempt": [exemption.value for exemption in exempt],
                "seen": told((row.phases for row in rows), " ".join),
                **tones,
            },
            details=(
                Detail(title=words("Name"), keys=("name",)),
                Detail(title=words("Origin"), keys=("origin",)),
                Detail(title=words("Purpose from"), keys=("source",)),
                Detail(title=words("Exempt"), keys=("exempt", "reason")),
                Detail(title=words("First seen at"), keys=("url",)),
                Detail(title=words("Stored by"), keys=("by",)),
            ),
        ),
        columns=(
            Column(key="name", title=words("Name"), note="origin"),
            Column(key="kind", title=words("Kind")),
            Column(key="category", title=words("Purpose"), note="source", swatch="category"),
            Column(key="vendor", title=words("Vendor")),
            Column(key="exempt", title=words("Exempt")),
            *presence_columns(words, phases),
        ),
        filters=filters(words, phases),
    )


def host_table(document: Document) -> LongTable:
    """To whom data flows: the hosts of third parties, whose they are and what those do."""
    words, rows, phases = document.words, document.hosts, document.scope.phases
    counts = {f"requests-{phase}": [row.requests[at] for row in rows] for at, phase in enumerate(phases)}
    counts |= {"total": [row.total for row in rows], "cookies": [row.cookies for row in rows]}
    return LongTable(
        id="hosts",
        title=words("Third parties and data flows"),
        rows=Rows(
            name="hosts",
            count=len(rows),
            fields={
                "host": told((row.host for row in rows), visible),
                "registered": told((row.registrable_domain for row in rows), visible),
                "vendor": told((row.vendor for row in rows), lambda name: visible(name or wording.NONE)),
                "category": told((row.category for row in rows), words.name),
                "tracker": told(
                    (row.is_tracker for row in rows),
                    lambda is_tracker: words("tracker") if is_tracker else "",
                ),
                **{key: told(column, words.number) for key, column in counts.items()},
                "url": told((row.first_url for row in rows), visible),
                "at": told(((row.first_phase, row.first_at) for row in rows), partial(_first, words)),
                "by": told((row.initiator or "" for row in rows), visible),
            },
            codes={
                "category": [row.category.value for row in rows],
                "seen": [" ".join(compress(phases, row.requests)) for row in rows],
                "tracker": ["tracker" if row.is_tracker else "" for row in rows],
            },
            order=counts,
            details=(
                Detail(title=words("Host"), keys=("host",)),
                Detail(title=words("Registered as"), keys=("registered",)),
                Detail(title=words("First contacted"), keys=("at", "url")),
                Detail(title=words("Asked by"), keys=("by",)),
            ),
        ),
        columns=(
            Column(key="host", title=words("Host"), note="registered"),
            Column(key="vendor", title=words("Vendor")),
            Column(key="category", title=words("Business"), note="tracker", swatch="category"),
            *(Column(key=f"requests-{phase}", title=words.name(phase), is_number=True) for phase in phases),
            Column(key="total", title=words("Requests"), is_number=True),
            Column(key="cookies", title=words("Cookies"), is_number=True),
        ),
        filters=(
            Filter.of(words, "category", words("Business"), wording.CATEGORY),
            Filter.of(words, "seen", words("Contacted"), phases, words("In any phase")),
            Filter(
                key="tracker",
                title=words("Trackers"),
                options=(("tracker", words("Trackers only")),),
                everything=words("All"),
            ),
        ),
    )


def declared_table(declared: DeclaredPart, words: Words) -> LongTable:
    """What was observed beside what the site declares."""
    rows = declared.rows
    return LongTable(
        id="declared",
        title=words("Declared and observed"),
        rows=Rows(
            name="declared",
            count=len(rows),
            fields={
                "name": told((row.name for row in rows), visible),
                "place": told((row.place for row in rows), visible),
                "agreement": told((row.agreement for row in rows), words.name),
                "type": told((row.type for row in rows), words.name),
                "declared": told((row.declared_category or wording.NONE for row in rows), visible),
                "observed": told(
                    (row.observed_category for row in rows),
                    lambda category: words.name(category) if category else wording.NONE,
                ),
                "promised": told((row.declared_lifetime or wording.NONE for row in rows), visible),
                "lifetime": [row.observed_lifetime or wording.NONE for row in rows],
                "differences": told((row.differences for row in rows), lambda all: visible(" ".join(all))),
            },
            codes={"agreement": [row.agreement.value for row in rows]},
            details=(
                Detail(title=words("Name"), keys=("name",)),
                Detail(title=words("Domain or origin"), keys=("place",)),
                Detail(title=words("Differences"), keys=("differences",)),
            ),
        ),
        columns=(
            Column(key="name", title=words("Name"), note="place"),
            Column(key="agreement", title=words("Agreement"), tone="agreement"),
            Column(key="type", title=words("Type")),
            Column(key="declared", title=words("Declared as")),
            Column(key="observed", title=words("Known as")),
            Column(key="promised", title=words("Declared lifetime")),
            Column(key="lifetime", title=words("Observed lifetime")),
            Column(key="differences", title=words("Differences")),
        ),
        filters=(Filter.of(words, "agreement", words("Agreement"), wording.AGREEMENT),),
    )


def changes_table(changes: ChangesPart, words: Words) -> LongTable:
    """What became of every cookie, item, host and vendor that is not as it was."""
    rows = changes.rows
    return LongTable(
        id="changes",
        title=words("Changes since the last scan"),
        rows=Rows(
            name="changes",
            count=len(rows),
            fields={
                "name": told((row.name for row in rows), visible),
                "place": told((row.place for row in rows), visible),
                "kind": [row.kind_label for row in rows],
                "sort": [row.sort_label for row in rows],
                "category": told(
                    (row.category for row in rows),
                    lambda category: words.name(category) if category else wording.NONE,
                ),
                "what": told((row.what for row in rows), visible),
            },
            codes={
                "kind": [row.kind.value for row in rows],
                "sort": [row.sort for row in rows],
            },
            details=(
                Detail(title=words("Name"), keys=("name",)),
                Detail(title=words("Domain or origin"), keys=("place",)),
                Detail(title=words("What differs"), keys=("what",)),
            ),
        ),
        columns=(
            Column(key="name", title=words("Name"), note="place"),
            Column(key="sort", title=words("Sort")),
            Column(key="kind", title=words("Change")),
            Column(key="category", title=words("Purpose")),
            Column(key="what", title=words("What differs")),
        ),
        filters=(
            Filter(
                key="kind",
                title=words("Change"),
                options=tuple({row.kind.value: row.kind_label for row in rows}.items()),
                everything=words("All"),
            ),
            Filter(
                key="sort",
                title=words("Sort"),
                options=tuple({row.sort: row.sort_label for row in rows}.items()),
                everything=words("All"),
            ),
        ),
    )


def _first(words: Words, first: tuple[ConsentPhase, datetime | None]) -> str:
    phase, at = first
    return f"{words.name(phase)}, {words.moment(at)}" if at else words.name(phase)
