"""What the site declares beside what was observed, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from scanjobs.domain.declared import DeclaredCookie, DeclaredType, SiteDeclaration
from scanjobs.domain.labels import LabelledCookie, LabelledStorage
from scanjobs.domain.purposes import Category
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.listed import DeclaredPart, DeclaredRow
from scanjobs.reports.parts import Agreement
from scanjobs.reports.words import Words
from scanjobs.rules.declared import TYPES, DeclaredLines, Found, longest_declared, tolerated_seconds

Observed = LabelledCookie | LabelledStorage


def against_declaration(scan: ScanRecord, words: Words) -> DeclaredPart | None:
    """Every observed cookie and item, then every line about something that was not observed.

    None where nobody brought a declaration of the site.
    """
    declaration = scan.declaration
    if declaration is None:
        return None
    observed: tuple[Observed, ...] = (*scan.cookies, *scan.storage)
    rows = [*_observed_rows(observed, declaration, words), *_unobserved_rows(observed, declaration)]
    counts = Counter(row.agreement for row in rows)
    order = list(Agreement)
    return DeclaredPart(
        file_name=declaration.file.file_name,
        sha256=declaration.file.sha256,
        declared_at=declaration.file.declared_at,
        imported_at=declaration.imported_at,
        lines=len(declaration.file.cookies),
        sentence=_sentence(counts, words),
        rows=tuple(
            sorted(rows, key=lambda row: (order.index(row.agreement), row.name.casefold(), row.place))
        ),
        counts=tuple((agreement, counts[agreement]) for agreement in Agreement),
    )


def _sentence(counts: Counter[Agreement], words: Words) -> str:
    return words(
        "Of what was observed, {agrees} agree with the declaration, {differs} differ from it and "
        "{missing} are not declared; {unseen} of its lines speak of something that was not observed.",
        agrees=words.number(counts[Agreement.AGREES]),
        differs=words.number(counts[Agreement.DIFFERS]),
        missing=words.number(counts[Agreement.NOT_DECLARED]),
        unseen=words.number(counts[Agreement.NOT_OBSERVED]),
    )


def _observed_rows(
    observed: Iterable[Observed], declaration: SiteDeclaration, words: Words
) -> Iterator[DeclaredRow]:
    lines = DeclaredLines(declaration)
    for thing in observed:
        about = lines.about(thing)
        differences = tuple(_differences(thing, about, words))
        is_cookie = isinstance(thing, LabelledCookie)
        yield DeclaredRow(
            name=thing.key.name,
            place=thing.latest.shown_domain if isinstance(thing, LabelledCookie) else thing.key.origin,
            type=DeclaredType.COOKIE if isinstance(thing, LabelledCookie) else TYPES[thing.key.kind],
            agreement=(
                Agreement.NOT_DECLARED
                if not about
                else Agreement.DIFFERS
                if differences
                else Agreement.AGREES
            ),
            declared_category=_joined(line.category_words for line in about),
            observed_category=thing.label.category,
            declared_lifetime=_joined(line.duration_words or "" for line in about),
            observed_lifetime=words.lifetime(thing.longest) if is_cookie else "",  # type: ignore[union-attr]
            differences=differences,
        )


def _unobserved_rows(observed: Sequence[Observed], declaration: SiteDeclaration) -> Iterator[DeclaredRow]:
    found = Found(observed)
    for line in declaration.file.cookies:
        if found.has(line):
            continue
        yield DeclaredRow(
            name=line.name,
            place=line.domain or line.provider or "",
            type=line.type,
            agreement=Agreement.NOT_OBSERVED,
            declared_category=line.category_words,
            observed_category=None,
            declared_lifetime=line.duration_words or "",
            observed_lifetime="",
            differences=(),
        )


def _differences(thing: Observed, lines: Sequence[DeclaredCookie], words: Words) -> Iterator[str]:
    """What the lines say otherwise than was observed; where several speak of it, one that agrees will do."""
    known = thing.label.database_category
    declared = {line.category for line in lines if line.category is not None}
    if declared and known not in (None, Category.UNCLASSIFIED) and known not in declared:
        said = ", ".join(words.name(category) for category in Category if category in declared)
        yield words("Declared as {declared}, known as {known}.", declared=said, known=words.name(known))
    if isinstance(thing, LabelledCookie):
        yield from _longer(thing, lines, words)


def _longer(cookie: LabelledCookie, lines: Sequence[DeclaredCookie], words: Words) -> Iterator[str]:
    """That it lives longer than the longest lifetime declared, by the measure of rule D02."""
    longest = longest_declared(lines)
    lives = max(
        (o.lifetime_seconds for o in cookie.observations if o.lifetime_seconds is not None), default=None
    )
    if longest is None or lives is None:
        return
    if lives > tolerated_seconds(longest):
        yield words(
            "Declared to live {declared}, lives {observed}.",
            declared=words.duration(longest) if longest else words("for the session"),
            observed=words.duration(lives),
        )


def _joined(said: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(filter(None, said)))
