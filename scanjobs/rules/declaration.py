"""Declaration: what visitors are told about the cookies of a site, and what they can be told."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from scanjobs.domain.cookies import ConsentPhase, ObservedCookie
from scanjobs.domain.declared import DeclaredCookie, DeclaredType, SiteDeclaration
from scanjobs.domain.evidence import Evidence, GapKind, RuleInput
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.domain.labels import Label, LabelledCookie, LabelledEvidence, LabelSource
from scanjobs.domain.purposes import Category
from scanjobs.rules.declared import DeclaredLines, Found, longest_declared, tolerated_seconds
from scanjobs.rules.observations import (
    Answer,
    Labelled,
    counted,
    in_days,
    judge_each,
    judge_whole,
    lives_beyond,
    shown_lifetime,
    verdict_on,
)
from scanjobs.rules.registry import Verdict, rule

GDPR = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
EPRIVACY = "https://eur-lex.europa.eu/eli/dir/2002/58/oj"
PLANET49 = "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62017CJ0673"
TASKFORCE = (
    "https://www.edpb.europa.eu/our-work-tools/our-documents/other/"
    "report-work-undertaken-cookie-banner-taskforce_en"
)

_TRACKING = (Category.ANALYTICS, Category.MARKETING)
_NO_DECLARATION = Verdict(
    outcome=Outcome.NOT_EVALUABLE, summary="Nobody brought a declaration of this site to compare with."
)
_INPUTS = {
    DeclaredType.COOKIE: {RuleInput.COOKIES},
    DeclaredType.LOCAL_STORAGE: {RuleInput.LOCAL_STORAGE},
    DeclaredType.SESSION_STORAGE: {RuleInput.SESSION_STORAGE},
    DeclaredType.INDEXED_DB: {RuleInput.INDEXED_DB},
    DeclaredType.UNKNOWN: {RuleInput.COOKIES, RuleInput.LOCAL_STORAGE, RuleInput.SESSION_STORAGE},
}
"""What a capture has to show before it can be said that a line of this type is about nothing."""
_BLINDING = (
    GapKind.TRUNCATED,
    GapKind.NO_COOKIE_HEADERS,
    GapKind.UNREADABLE_ENTRIES,
    GapKind.SINGLE_HOST,
)


@rule(
    "D01",
    title="Observed and not declared",
    severity=Severity.HIGH,
    basis="ePrivacy Directive, Art. 5(3) (clear and comprehensive information); GDPR, Art. 13",
    url=EPRIVACY,
    valid_from=date(2018, 5, 25),
    how_to_fix="Add what was found to the declaration with its purpose and lifetime, or stop storing it.",
)
def observed_not_declared(scan: LabelledEvidence) -> Verdict:
    """Every cookie and stored item against the declaration, by name or pattern, type and domain."""
    declaration = scan.declaration
    if declaration is None or not declaration.file.cookies:
        return _NO_DECLARATION
    lines = DeclaredLines(declaration)

    def is_missing(found: Labelled) -> Answer:
        return True if lines.about(found) else "no line of the declaration speaks of it"

    judged = judge_whole((*scan.cookies, *scan.storage), is_missing)
    return verdict_on(
        judged,
        wrong=counted(judged.wrong, "is not declared", "are not declared") + _left_out(declaration),
        right="All that was observed is declared.",
        attribute="line in the declaration",
    )


@rule(
    "D02",
    title="A cookie lives longer than declared",
    severity=Severity.HIGH,
    basis="CJEU, C-673/17 (Planet49): visitors are told how long cookies operate; GDPR, Art. 13(2)(a)",
    url=PLANET49,
    valid_from=date(2019, 10, 1),
    how_to_fix="Let the cookie end when the declaration says, or declare how long it lives.",
)
def lives_longer_than_declared(scan: LabelledEvidence) -> Verdict:
    """How long each declared cookie lives, against one and a half times what is declared.

    A cookie that is declared to end with the session may live for a day. Where several lines speak of a
    cookie, the longest of their lifetimes counts.
    """
    declaration = scan.declaration
    if declaration is None or not declaration.file.cookies:
        return _NO_DECLARATION
    lines = DeclaredLines(declaration)
    declared = {cookie.key: lines.about(cookie) for cookie in scan.cookies}

    def lives_too_long(cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        said = longest_declared(declared[cookie.key])
        if said is None:
            return None
        is_too_long = lives_beyond(observation, tolerated_seconds(said))
        if is_too_long is None:
            return None
        told = f"{in_days(said)} are declared" if said > 0 else "it is declared to end with the session"
        return f"{shown_lifetime(observation)}, {told}" if is_too_long else True

    judged = judge_each((cookie for cookie in scan.cookies if declared[cookie.key]), lives_too_long)
    return verdict_on(
        judged,
        wrong=counted(judged.wrong, "lives longer than declared", "live longer than declared"),
        right="No declared cookie is seen to live longer than declared.",
        attribute="observed or declared lifetime",
        nothing="No cookie was observed that the declaration speaks of.",
    )


@rule(
    "D03",
    title="Declared necessary, known as analytics or marketing",
    severity=Severity.HIGH,
    basis="EDPB, report of the Cookie Banner Taskforce (17 January 2023), on cookies classified as "
    "essential; WP194",
    url=TASKFORCE,
    valid_from=date(2023, 1, 17),
    how_to_fix="Declare the purpose that the cookie serves and ask for consent to it, or show which service "
    "the visitor asked for needs it (`scanjobs cookies set` records that).",
)
def declared_necessary_known_as_tracking(scan: LabelledEvidence) -> Verdict:
    """What is declared as necessary, against the purpose that the databases know, or that a user has set."""
    declaration = scan.declaration
    if declaration is None or not declaration.file.cookies:
        return _NO_DECLARATION
    lines = DeclaredLines(declaration)

    def is_tracking(found: Labelled) -> Answer:
        known = _known_as(found.label)
        if known is None:
            return None
        by_user = found.label.source in (LabelSource.SITE_OVERRIDE, LabelSource.OVERRIDE)
        who = "a user says" if by_user else "the databases say"
        return f"declared necessary, {who} {known.value}" if known in _TRACKING else True

    everything: tuple[Labelled, ...] = (*scan.cookies, *scan.storage)
    necessary = [
        found
        for found in everything
        if any(line.category is Category.NECESSARY for line in lines.about(found))
    ]
    judged = judge_whole(necessary, is_tracking)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "is declared necessary and known as analytics or marketing",
            "are declared necessary and known as analytics or marketing",
        ),
        right="Nothing that is declared necessary is known as analytics or marketing.",
        attribute="purpose in the databases",
        nothing="Nothing was observed that the declaration calls necessary.",
    )


@rule(
    "D04",
    title="A cookie without a known purpose",
    severity=Severity.MEDIUM,
    basis="Good practice: a purpose nobody knows cannot be explained to visitors (GDPR, Art. 13)",
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="Find out who sets the cookie and what for, and add it to the declaration, or remove it: "
    "visitors cannot be told a purpose that nobody knows.",
)
def purpose_unknown(scan: LabelledEvidence) -> Verdict:
    """Cookies and stored items to which neither databases nor users nor the declaration give a purpose.

    A purpose that was guessed from the form of a name is not known. Each warns, because somebody who knows
    the site has to say.
    """
    lines = DeclaredLines(scan.declaration) if scan.declaration else None

    def has_no_purpose(found: Labelled) -> Answer:
        is_guess = found.label.source is LabelSource.HEURISTIC
        if found.label.category is not Category.UNCLASSIFIED and not is_guess:
            return True
        if lines and any(_explains(line) for line in lines.about(found)):
            return True
        vendor = f"; the domain belongs to {found.label.vendor}" if found.label.vendor else ""
        if is_guess:
            return f"nobody knows it; the form of its name suggests {found.label.category.value}{vendor}"
        return f"its name and domain tell no purpose{vendor}"

    judged = judge_whole((*scan.cookies, *scan.storage), has_no_purpose)
    return verdict_on(
        judged,
        wrong=counted(judged.wrong, "has no known purpose", "have no known purpose"),
        right="All that was observed has a known purpose.",
        attribute="name",
        outcome=Outcome.WARN,
    )


@rule(
    "D05",
    title="Declared with contradictory purposes",
    severity=Severity.MEDIUM,
    basis="GDPR, Art. 12(1) (clear information) and Art. 13(1)(c) (purposes)",
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="Keep one line for each cookie, under the purpose that it serves.",
)
def declared_with_contradictions(scan: LabelledEvidence) -> Verdict:
    """Lines of the declaration with the same name, domain (else provider) and type, and different categories.

    Categories that mean nothing to us, or that say that nobody knows, contradict none.
    """
    declaration = scan.declaration
    if declaration is None or not declaration.file.cookies:
        return _NO_DECLARATION
    purposes: defaultdict[tuple[str, str | None, DeclaredType], set[Category]] = defaultdict(set)
    for line in declaration.file.cookies:
        if line.category not in (None, Category.UNCLASSIFIED):
            purposes[line.name, line.domain or line.provider, line.type].add(line.category)
    if not purposes:
        return Verdict(
            outcome=Outcome.NOT_EVALUABLE, summary="The declaration gives no purpose that could be read."
        )
    items = tuple(
        FindingItem(
            subject=_subject(name, whose),
            detail=f"declared as {' and as '.join(c.value for c in Category if c in categories)}",
        )
        for (name, whose, _type), categories in purposes.items()
        if len(categories) > 1
    )
    if not items:
        return Verdict(outcome=Outcome.PASS, summary="No cookie is declared with two purposes.")
    one, many = "One cookie is declared", f"{len(items)} cookies are declared"
    return Verdict(
        outcome=Outcome.FAIL,
        summary=f"{one if len(items) == 1 else many} with purposes that contradict each other.",
        items=items,
    )


@rule(
    "D06",
    title="Declared and not observed",
    severity=Severity.LOW,
    basis="GDPR, Art. 12(1) (information that is clear and true); accuracy of the declaration",
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="Take the line out where the cookie is no longer set; where it is set on pages that were not "
    "visited, nothing has to be done.",
)
def declared_not_observed(scan: LabelledEvidence) -> Verdict:
    """Lines of the declaration that nothing observed fits, where it was captured what follows on accepting.

    Each warns, since one visit does not see every page. Pixels are left out: they leave nothing to observe.
    """
    declaration = scan.declaration
    if declaration is None or not declaration.file.cookies:
        return _NO_DECLARATION
    if ConsentPhase.ACCEPTED not in scan.evidence.phases:
        return Verdict(
            outcome=Outcome.NOT_EVALUABLE,
            summary="Nothing was captured after accepting, when most of what is declared is stored.",
        )
    found = Found((*scan.cookies, *scan.storage))
    lines = [line for line in declaration.file.cookies if line.type is not DeclaredType.PIXEL]
    missing = [line for line in lines if not found.has(line)]
    visible = _visible_types(scan.evidence)
    unobserved = [line for line in missing if line.type in visible]
    unseen = len(missing) - len(unobserved)
    if unseen == len(lines):
        return Verdict(
            outcome=Outcome.NOT_EVALUABLE,
            summary="The captures after accepting could not show what is declared.",
        )
    rest = f" {_lines(unseen)} more could not be looked for in these captures." if unseen else ""
    if not unobserved:
        return Verdict(outcome=Outcome.PASS, summary=f"What is declared was observed.{rest}")
    verb = "fits" if len(unobserved) == 1 else "fit"
    return Verdict(
        outcome=Outcome.WARN,
        summary=f"{_lines(len(unobserved))} of the declaration {verb} nothing that was observed.{rest}",
        items=tuple(
            FindingItem(
                subject=_subject(line.name, line.domain or line.provider),
                detail=f"declared as {line.category_words or 'unclassified'}, and not observed in any phase",
            )
            for line in unobserved
        ),
    )


def _subject(name: str, whose: str | None) -> str:
    return f"{name} ({whose or 'any domain'})"


def _lines(count: int) -> str:
    return "One line" if count == 1 else f"{count} lines"


def _visible_types(evidence: Evidence) -> set[DeclaredType]:
    """The types of which the captures after accepting would have shown all; none where they have gaps."""
    accepted = [capture for capture in evidence.captures if capture.phase is ConsentPhase.ACCEPTED]
    is_blind = any(
        gap.kind in _BLINDING and gap.phase in (None, ConsentPhase.ACCEPTED) for gap in evidence.gaps
    )
    if is_blind or not all(capture.complete for capture in accepted):
        return set()
    return {
        type
        for type, inputs in _INPUTS.items()
        if all(evidence.shows(needed, ConsentPhase.ACCEPTED) for needed in inputs)
    }


def _left_out(declaration: SiteDeclaration) -> str:
    """A sentence about the lines of a declaration that could not be read."""
    count = sum(number for _reason, number in declaration.file.skipped)
    if not count:
        return ""
    verb = "was" if count == 1 else "were"
    return f" {_lines(count)} of the declaration {verb} left out when it was read."


def _known_as(label: Label) -> Category | None:
    """The purpose by anybody but the site itself: what a user says, else what the databases say."""
    if label.source in (LabelSource.SITE_OVERRIDE, LabelSource.OVERRIDE):
        return label.category
    return label.database_category


def _explains(line: DeclaredCookie) -> bool:
    """Whether it tells a purpose: by its category, or in a sentence where we cannot read the category."""
    if line.category is None:
        return bool(line.purpose)
    return line.category is not Category.UNCLASSIFIED
