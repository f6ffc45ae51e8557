"""How a scan happens: collect, classify, evaluate, store; how it is judged anew, and how two are compared."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scanjobs import __version__, classification, comparison, rules, sites
from scanjobs.comparison import Comparison
from scanjobs.config import Settings
from scanjobs.db import declarations, overrides, scans, site_scans
from scanjobs.domain.clock import Clock
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.declared import SiteDeclaration
from scanjobs.domain.evidence import Capture, Evidence, RuleInput, Skipped
from scanjobs.domain.ids import new_id
from scanjobs.domain.labels import LabelledEvidence
from scanjobs.domain.scans import ScanRecord, ScanSummary
from scanjobs.errors import CaptureError, UsageError
from scanjobs.scanner import importers
from scanjobs.scanner.combine import combine
from scanjobs.scanner.declarations import read_declaration
from scanjobs.scanner.source import CaptureTarget

_MOST_SITES = 5
"""So many sites are named to somebody who has to choose one."""

OnProgress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureFile:
    """One file of a scan and the consent phase it shows."""

    path: Path
    phase: ConsentPhase = ConsentPhase.UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What came of one import."""

    scan: ScanSummary
    is_new: bool
    """False when a scan with these very files was there already."""
    third_party_cookies: int
    storage: int
    """Items beside cookies: localStorage, sessionStorage, IndexedDB."""
    hosts: int
    requests: int | None
    """None where no capture could show any."""
    entries: int
    captures: tuple[Capture, ...]
    """The files it rests on, with what each could show."""
    skipped: tuple[Skipped, ...]
    gaps: tuple[str, ...]
    """What could not be seen, a sentence each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """What came of one import of a declaration."""

    declaration: SiteDeclaration
    is_new: bool
    """False when the very same file is the declaration of the site already."""
    older_scans: int
    """Scans of the site that were judged without it."""


def import_declaration(
    settings: Settings,
    path: Path,
    *,
    format: str = "auto",
    site: str | None = None,
    salvage: bool = False,
    again: bool = False,
    clock: Clock | None = None,
) -> Declared:
    """Take in what a site says about its cookies; scans taken in from now on are compared with it.

    Raises:
        CaptureError: the file cannot be read as a declaration.
        UsageError: nobody said which site it is of.
        StorageError: the database refused.
    """
    file = read_declaration(path, format, salvage=salvage)
    if site is None and file.domain is None:
        raise UsageError(
            f"{file.file_name} is a declaration and does not say of which site.",
            hint="Name the site: --site example.org",
        )
    found_site = _asked_site(site or file.domain or "")
    before = declarations.declaration_of_site(settings, found_site)
    is_new = again or before is None or before.file.sha256 != file.sha256
    if before is None or is_new:
        now = (clock or settings.clock).now()
        before = SiteDeclaration(id=new_id(), site=found_site, imported_at=now, file=file)
        declarations.add_declaration(settings, before)
    older = site_scans.scans_without(settings, before)
    return Declared(declaration=before, is_new=is_new, older_scans=older)


def import_scan(
    settings: Settings,
    files: Sequence[CaptureFile],
    *,
    format: str = "auto",
    site: str | None = None,
    salvage: bool = False,
    again: bool = False,
    keep_values: bool = False,
    on_progress: OnProgress = lambda doing, done, total: None,
    clock: Clock | None = None,
) -> Imported:
    """Take in one scan from one or more captures of the same site.

    The site is the registrable domain of the first page, unless it is named. Nothing is stored unless every
    file can be taken in; files that a scan already rests on give that scan back unless `again`.

    Raises:
        CaptureError: a file cannot be taken in, or the files show different sites.
        CookieDataError: the cookie database in the data folder is damaged.
        StorageError: the database refused.
    """
    salt = secrets.token_bytes(16)  # forgotten after the import: a digest can be compared, never undone
    evidence = combine(
        [
            importers.collect(
                CaptureTarget(
                    path=file.path,
                    phase=file.phase,
                    salt=salt,
                    keep_values=keep_values,
                    salvage=salvage,
                    on_progress=_reading(file, on_progress),
                ),
                format,
            )
            for file in files
        ]
    )
    site_asked = None if site is None else _asked_site(site)
    _refuse_twins(evidence)
    known = None if again or keep_values else _known_scan(settings, evidence, site_asked)
    if known is not None:
        return _imported(known, evidence, is_new=False, third=_third_party_cookies(evidence, known.site))

    on_progress("Classifying", 0, 1)
    found_site = site_asked or _site_of(evidence)
    labelled = _classified(settings, evidence, found_site)
    record = _record(settings, labelled, keep_values, (clock or settings.clock))
    scans.add_scan(settings, record, lambda done, total: on_progress("Storing", done, total))
    summary = scans.find_scan(settings, record.id)
    return _imported(summary, evidence, is_new=True, third=_third_party_cookies(evidence, record.site))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reclassified:
    """What came of labelling and judging a scan anew."""

    scan_id: str
    site: str
    relabelled: int
    """Cookies and stored items whose label changed."""
    findings_changed: int
    """Rules whose answer changed."""
    data_version: str


def reclassify_scan(settings: Settings, scan_id: str) -> Reclassified:
    """Label a scan anew from what was observed, as users, the site and the data say now, and judge it again.

    Nothing that was observed changes, nor does the profile it is judged by. To do it twice changes nothing
    more. Reports that were written keep what they say.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan.
        CookieDataError: the cookie database in the data folder is damaged.
        StorageError: the database refused.
    """
    before = scans.load_scan(settings, scan_id)
    labelled = _classified(settings, before.labelled.evidence, before.site)
    after = replace(
        before,
        cookies=labelled.cookies,
        storage=labelled.storage,
        hosts=labelled.hosts,
        declaration=labelled.declaration,
        data_version=labelled.data_version,
        findings=rules.evaluate(labelled, before.profile),
    )
    relabelled = scans.relabel_scan(settings, after)
    answers = {finding.rule_id: finding for finding in before.findings}
    changed = {f.rule_id for f in after.findings if answers.pop(f.rule_id, None) != f} | set(answers)
    return Reclassified(
        scan_id=before.id,
        site=before.site,
        relabelled=relabelled,
        findings_changed=len(changed),
        data_version=after.data_version,
    )


def _classified(settings: Settings, evidence: Evidence, site: str) -> LabelledEvidence:
    return classification.classify(
        evidence,
        site,
        classification.database_in_force(settings),
        overrides=overrides.overrides_for(settings, site),
        declaration=declarations.declaration_of_site(settings, site),
    )


def _reading(file: CaptureFile, on_progress: OnProgress) -> Callable[[int, int], None]:
    return lambda done, total: on_progress(f"Reading {file.path.name}", done, total)


def _known_scan(settings: Settings, evidence: Evidence, site: str | None) -> ScanSummary | None:
    """The scan that rests on exactly these files, in these phases."""
    phases = {capture.sha256: capture.phase for capture in evidence.captures}
    for found in scans.scans_with_capture(settings, evidence.captures[0].sha256):
        wanted = _site_of(evidence) if site is None else site
        if found.site == wanted and scans.capture_phases(settings, found.id) == phases:
            return found
    return None


def _refuse_twins(evidence: Evidence) -> None:
    """One recording cannot show two phases, and twice the same file proves nothing more."""
    seen: dict[str, str] = {}
    for capture in evidence.captures:
        if capture.sha256 in seen:
            raise CaptureError(
                f"{seen[capture.sha256]} and {capture.file_name} are the same recording.",
                hint="Record each consent phase in a visit of its own.",
            )
        seen[capture.sha256] = capture.file_name


def _asked_site(words: str) -> str:
    """The site somebody named, by its domain or by an address on it."""
    host = sites.host_named(words)
    if host is None:
        raise UsageError(f"{words!r} names no site.", hint="Name its domain: --site example.org")
    return sites.registrable_domain(host)


def _site_of(evidence: Evidence) -> str:
    """The registrable domain of the first page; the captures of one scan must agree on it."""
    found: dict[str, str] = {}
    for capture in evidence.captures:
        host = sites.host_of(capture.page_url or "")
        if host is not None:
            found.setdefault(sites.registrable_domain(host), capture.file_name)
    if not found:
        raise _nobody_knows_the_site(evidence)
    if len(found) > 1:
        told = ", ".join(f"{name} shows {site}" for site, name in found.items())
        raise CaptureError(
            f"The files show different sites: {told}.", hint="Import captures of different sites one by one."
        )
    return next(iter(found))


def _nobody_knows_the_site(evidence: Evidence) -> CaptureError:
    """The refusal of captures without a page, with the sites it may be about.

    A list of cookies or a storage state is not taken for one of the site most of it belongs to, nor of the
    only one: where a site stores nothing itself and embeds a video, all of it belongs to the video's.
    """
    names = " and ".join(dict.fromkeys(capture.file_name for capture in evidence.captures))
    shows = "shows" if len(evidence.captures) == 1 else "show"
    hosts = [sites.host_of(key.origin) or "" for key in {item.key for item in evidence.storage}]
    keys = {cookie.key for cookie in evidence.cookies}
    # The partition of a cookie is the site that was open when it was set.
    hosts += [host for key in keys for host in (key.domain, sites.host_of(key.partition) or "")]
    seen = Counter(sites.registrable_domain(host) for host in hosts if host)
    likely = [site for site, _ in sorted(seen.items(), key=lambda one: (-one[1], one[0]))][:_MOST_SITES]
    rest = f" and {len(seen) - len(likely)} more" if len(seen) > len(likely) else ""
    among = f" What was stored belongs to {', '.join(likely)}{rest}." if likely else ""
    return CaptureError(
        f"{names} {shows} what a browser stored and no page, so nobody can say which site it is of.",
        hint=f"Name the site that was visited: --site {likely[0] if likely else 'example.org'}.{among}",
    )


def _page_of(evidence: Evidence, site: str) -> str | None:
    """The first page that is of the site; there is none where the site was named against the captures."""
    for capture in evidence.captures:
        host = sites.host_of(capture.page_url or "")
        if host is not None and sites.registrable_domain(host) == site:
            return capture.page_url
    return None


def _record(settings: Settings, labelled: LabelledEvidence, values_kept: bool, clock: Clock) -> ScanRecord:
    evidence = labelled.evidence
    captured = [capture.captured_at for capture in evidence.captures if capture.captured_at is not None]
    return ScanRecord(
        id=new_id(),
        site=labelled.site,
        created_at=clock.now(),
        captured_at=min(captured, default=None),
        page_url=_page_of(evidence, labelled.site),
        profile=settings.profile,
        tool_version=__version__,
        data_version=labelled.data_version,
        complete=all(capture.complete for capture in evidence.captures),
        values_kept=values_kept,
        captures=evidence.captures,
        cookies=labelled.cookies,
        hosts=labelled.hosts,
        gaps=evidence.gaps,
        findings=rules.evaluate(labelled, settings.profile),
        storage=labelled.storage,
        pages=evidence.pages,
        declaration=labelled.declaration,
    )


def _third_party_cookies(evidence: Evidence, site: str) -> int:
    return len({c.key for c in evidence.cookies if sites.registrable_domain(c.key.domain) != site})


def _requests(evidence: Evidence) -> int | None:
    if not evidence.shows(RuleInput.REQUESTS):
        return None
    return sum(contact.requests for contact in evidence.hosts)


def _imported(scan: ScanSummary, evidence: Evidence, *, is_new: bool, third: int) -> Imported:
    skipped: dict[str, int] = {}
    for capture in evidence.captures:
        for left_out in capture.skipped:
            skipped[left_out.reason] = skipped.get(left_out.reason, 0) + left_out.count
    return Imported(
        scan=scan,
        is_new=is_new,
        third_party_cookies=third,
        storage=len({item.key for item in evidence.storage}),
        hosts=len({contact.host for contact in evidence.hosts}),
        requests=_requests(evidence),
        entries=sum(capture.entries for capture in evidence.captures),
        captures=evidence.captures,
        skipped=tuple(Skipped(reason=reason, count=count) for reason, count in skipped.items()),
        gaps=tuple(dict.fromkeys(gap.detail for gap in evidence.gaps)),
    )


def compare_scans(settings: Settings, older_id: str, newer_id: str, profile: str) -> Comparison:
    """What changed from one scan to another, both judged by the rules of now.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan.
        UsageError: there is no such profile.
    """
    older, newer = (_judged_afresh(settings, scan_id, profile) for scan_id in (older_id, newer_id))
    return comparison.compare(older, newer)


def _judged_afresh(settings: Settings, scan_id: str, profile: str) -> ScanRecord:
    record = scans.load_scan(settings, scan_id)
    return replace(record, profile=profile, findings=rules.evaluate(record.labelled, profile))
