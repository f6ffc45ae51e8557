"""Evidence: whether the captures show enough to judge the site at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import Capture, Gap, GapKind, PageLoad, RuleInput
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.domain.labels import LabelledEvidence
from scanjobs.rules.observations import is_own
from scanjobs.rules.registry import Verdict, rule

ACCOUNTABILITY = "GDPR, Art. 5(2) (accountability): what was not seen cannot be shown"
GDPR = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"

_CHOICES = {
    ConsentPhase.BEFORE: "before any choice",
    ConsentPhase.ACCEPTED: "after accepting",
    ConsentPhase.REJECTED: "after rejecting",
}
_WHEN = {**_CHOICES, ConsentPhase.UNKNOWN: "after an unknown choice"}


@rule(
    "E01",
    title="The site did not show its pages",
    severity=Severity.INFO,
    basis=ACCOUNTABILITY,
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="Record the site again from a network and with a browser that it answers as it does visitors, "
    "and wait until its page is there.",
)
def pages_not_shown(scan: LabelledEvidence) -> Verdict:
    """How the site answered when its pages were asked for: with the page, or with something else.

    Something else is an error (status 400 and above), a test for robots that says so, redirects that lead to
    no page, or no answer. The rule fails where nothing else was seen in a consent phase, since what is stored
    there need not be what visitors get, and warns where only some pages failed.
    """
    failed: list[FindingItem] = []
    silent: list[ConsentPhase] = []
    seen = [phase for phase in scan.evidence.phases if scan.evidence.shows(RuleInput.PAGES, phase)]
    for phase in seen:
        pages = [page for page in scan.evidence.pages if page.phase is phase and _tells(page, scan.site)]
        wrong = [(page, why) for page in pages if (why := _what_went_wrong(page)) is not None]
        if pages and not any(map(_is_shown, pages)):
            silent.append(phase)
            wrong = wrong or [(pages[-1], "it was redirected, and no page came")]
        failed += [_page_item(page, why) for page, why in wrong]
    if silent:
        when = _listed([_WHEN[phase] for phase in silent])
        return Verdict(
            outcome=Outcome.FAIL,
            summary=f"The site showed no page {when}, so what was seen need not be what visitors get.",
            items=tuple(failed),
        )
    if failed:
        addresses = len({item.url for item in failed})
        one, many = "One page of the site was", f"{addresses} pages of the site were"
        return Verdict(
            outcome=Outcome.WARN,
            summary=f"{one if addresses == 1 else many} not shown; others were.",
            items=tuple(failed),
        )
    if any(map(_is_shown, scan.evidence.pages)):
        return Verdict(outcome=Outcome.PASS, summary="The site showed every page that was asked for.")
    return Verdict(
        outcome=Outcome.NOT_EVALUABLE,
        summary="The captures do not tell how the site answered when its pages were asked for.",
    )


@rule(
    "E02",
    title="The captures lack cookies or phases",
    severity=Severity.INFO,
    basis=ACCOUNTABILITY,
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="Record the site three times from a fresh profile (before any choice, after accepting, after "
    "rejecting), export with sensitive data, and import the files with their phases.",
)
def captures_incomplete(scan: LabelledEvidence) -> Verdict:
    """Whether all three consent phases were captured, whole and with their cookies."""
    items = (*_missing_phases(scan), *_without_cookies(scan), *_gaps(scan))
    if not scan.cookies:
        return Verdict(
            outcome=Outcome.NOT_EVALUABLE,
            summary="No cookie was observed: the site may set none, or the captures may lack them.",
            items=items,
        )
    if not items:
        return Verdict(outcome=Outcome.PASS, summary="All three consent phases were captured completely.")
    missing = [choice for phase, choice in _CHOICES.items() if phase not in scan.evidence.phases]
    sentences = [f"Nothing was captured {_listed(missing)}."] if missing else []
    if len(items) > len(missing):
        sentences.append("Something could not be seen in what was captured; the items say what.")
    return Verdict(outcome=Outcome.WARN, summary=" ".join(sentences), items=items)


@rule(
    "E03",
    title="The browser itself refused third-party cookies",
    severity=Severity.INFO,
    basis=ACCOUNTABILITY,
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="Record again with a browser that allows third-party cookies, as many visitors' do: in Chrome "
    "under Settings, Privacy and security, Third-party cookies.",
)
def browser_refused_cookies(scan: LabelledEvidence) -> Verdict:
    """Whether third-party cookies that were set came back in later requests to their hosts.

    Where the browser refuses them, the site looks better than it is to other visitors. Nobody can say where
    no third party set a cookie that was due later (SameSite=None, not partitioned), or only one.
    """
    told = [one for one in scan.evidence.captures if one.third_party_cookies_work is not None]
    refusing = [capture for capture in told if not capture.third_party_cookies_work]
    if refusing:
        return Verdict(
            outcome=Outcome.FAIL,
            summary="The browser that was recorded refused third-party cookies, so those that other visitors "
            "get are missing.",
            items=tuple(
                _item_of(capture, "third-party cookies that were set did not come back")
                for capture in refusing
            ),
        )
    if told:
        return Verdict(outcome=Outcome.PASS, summary="Third parties got the cookies back that they had set.")
    return Verdict(
        outcome=Outcome.NOT_EVALUABLE,
        summary="Whether the browser allowed third-party cookies was not seen.",
    )


def _tells(page: PageLoad, site: str) -> bool:
    """Whether it is a page of the site of which somebody said how it was answered."""
    return page.status is not None and is_own(page.url, site)


def _is_shown(page: PageLoad) -> bool:
    return page.has_content and not page.is_challenge


def _what_went_wrong(page: PageLoad) -> str | None:
    """Why an answer is not the page, nor the way to it."""
    if page.is_challenge:
        return f"answered with a test for robots (status {page.status})"
    if page.status == 0:
        return "no answer came"
    return f"answered with status {page.status}" if page.status and page.status >= 400 else None


def _page_item(page: PageLoad, detail: str) -> FindingItem:
    return FindingItem(subject=page.url, detail=detail, phase=page.phase, url=page.url, observed_at=page.at)


def _without_cookies(scan: LabelledEvidence) -> Iterator[FindingItem]:
    """One item for each consent phase of which no capture could show cookies, where no gap says it."""
    told = {gap.phase for gap in scan.evidence.gaps if gap.kind is GapKind.NO_COOKIE_HEADERS}
    for phase in scan.evidence.phases:
        if phase not in told and not scan.evidence.shows(RuleInput.COOKIES, phase):
            yield FindingItem(
                subject=f"phase {phase.value}",
                detail=f"no capture {_WHEN[phase]} could show cookies",
                phase=phase,
            )


def _missing_phases(scan: LabelledEvidence) -> Iterator[FindingItem]:
    """One item for each consent phase nobody captured."""
    for phase, choice in _CHOICES.items():
        if phase not in scan.evidence.phases:
            yield FindingItem(
                subject=f"phase {phase.value}", detail=f"nothing was captured {choice}", phase=phase
            )


def _gaps(scan: LabelledEvidence) -> Iterator[FindingItem]:
    """One item for each place where a capture could not be seen into, said once a file."""
    gaps = scan.evidence.gaps
    for gap in gaps:
        yield FindingItem(subject=gap.file_name or "captures", detail=gap.detail, phase=gap.phase)
    for capture in scan.evidence.captures:
        explained = {gap.kind for gap in gaps if _is_about(gap, capture)}
        if not capture.complete and GapKind.TRUNCATED not in explained:
            yield _item_of(capture, "the file is incomplete")
        if capture.phase is ConsentPhase.UNKNOWN and GapKind.UNKNOWN_PHASE not in explained:
            yield _item_of(capture, "nobody said what the visitor had chosen")


def _is_about(gap: Gap, capture: Capture) -> bool:
    """Whether a gap is one of this capture; files of two folders share names, so the phase counts too."""
    return gap.file_name in (None, capture.file_name) and gap.phase in (None, capture.phase)


def _item_of(capture: Capture, detail: str) -> FindingItem:
    return FindingItem(
        subject=capture.file_name,
        detail=detail,
        phase=capture.phase,
        url=capture.page_url,
        observed_at=capture.captured_at,
    )


def _listed(words: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
