"""How a scan happens: collect, classify, evaluate, store; how it is judged anew, and how two are compared."""

from __future__ import annotations

import gc
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from scanjobs import __version__, classification, comparison, happenings, rules, sites
from scanjobs.comparison import Comparison
from scanjobs.config import Settings
from scanjobs.db import declarations, events, overrides, scans, site_scans
from scanjobs.domain.clock import Clock
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.declared import SiteDeclaration
from scanjobs.domain.events import Event
from scanjobs.domain.evidence import Capture, Evidence, RuleInput, Skipped
from scanjobs.domain.ids import new_id
from scanjobs.domain.labels import LabelledEvidence, LabelSource
from scanjobs.domain.scans import ScanRecord, ScanSummary
from scanjobs.domain.subject import about
from scanjobs.errors import CaptureError, ScanjobsError, UsageError
from scanjobs.scanner import importers
from scanjobs.scanner.combine import combine
from scanjobs.scanner.declarations import read_declaration
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.whose import asked_site, page_of, refuse_twins, site_of

logger = logging.getLogger("scanjobs.pipeline")

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
    found_site = asked_site(site or file.domain or "")
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
    file can be taken in; files that a scan already rests on give that scan back unless `again`. What there is
    to tell of it becomes events: with the scan, or for itself where it cannot be taken in.

    Raises:
        CaptureError: a file cannot be taken in, or the files show different sites.
        CookieDataError: the cookie database in the data folder is damaged.
        StorageError: the database refused.
    """
    clock = clock or settings.clock
    asked = None if site is None else asked_site(site)
    try:
        with _collector_at_rest():
            return _import_scan(
                settings,
                files,
                asked,
                format=format,
                salvage=salvage,
                again=again,
                keep_values=keep_values,
                on_progress=on_progress,
                clock=clock,
            )
    except CaptureError as error:
        _note_failure(settings, error, files, asked, clock)
        raise


def _import_scan(
    settings: Settings,
    files: Sequence[CaptureFile],
    site_asked: str | None,
    *,
    format: str,
    salvage: bool,
    again: bool,
    keep_values: bool,
    on_progress: OnProgress,
    clock: Clock,
) -> Imported:
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
    refuse_twins(evidence)
    known = None if again or keep_values else _known_scan(settings, evidence, site_asked)
    if known is not None:
        return _imported(known, evidence, is_new=False, third=_third_party_cookies(evidence, known.site))

    on_progress("Classifying", 0, 1)
    found_site = site_asked or site_of(evidence)
    labelled = _classified(settings, evidence, found_site)
    record = _record(settings, labelled, keep_values, clock)
    on_progress("Comparing", 0, 1)
    told = _happenings(settings, record)
    scans.add_scan(settings, record, lambda done, total: on_progress("Storing", done, total), events=told)
    summary = scans.find_scan(settings, record.id)
    return _imported(summary, evidence, is_new=True, third=_third_party_cookies(evidence, record.site))


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let nobody look for cycles: values have none, and to look through all of them takes a third longer."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _happenings(settings: Settings, scan: ScanRecord) -> tuple[Event, ...]:
    """What there is to tell of a new scan beside the earlier ones of its site."""
    before = site_scans.last_before(settings, scan.site, scan.visited_at)
    if before is None:
        return happenings.of_new_scan(scan, None, ())
    older = scans.load_scan(settings, before)
    if not _is_judged_alike(settings, older, scan):
        older = _labelled_anew(settings, older, scan.profile)
    earlier = site_scans.counts_before(settings, scan, happenings.MOST_SCANS)
    return happenings.of_new_scan(scan, comparison.compare(older, scan), earlier)


def _is_judged_alike(settings: Settings, older: ScanRecord, newer: ScanRecord) -> bool:
    """Whether labels and findings of two scans of a site come from the same data, words and rules."""
    judges = [(one.tool_version, one.data_version, one.profile, one.declaration) for one in (older, newer)]
    if judges[0] != judges[1] or overrides.overrides_for(settings, newer.site):
        return False
    said = {LabelSource.SITE_OVERRIDE, LabelSource.OVERRIDE}  # by users, who have taken it back
    labels = [*(cookie.label for cookie in older.cookies), *(item.label for item in older.storage)]
    return not any(label.source in said for label in labels)


def _note_failure(
    settings: Settings, error: CaptureError, files: Sequence[CaptureFile], site: str | None, clock: Clock
) -> None:
    names = [file.path.name for file in files]
    try:
        events.append(settings, happenings.of_failed_import(error, names, site, clock.now()))
    except ScanjobsError as refused:
        # What is wrong with the files is what its user has to hear first.
        logger.warning(
            f"Nobody is told that {names[0]} could not be taken in: {refused.message}",
            extra={"event": "event_refused"},
        )


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


def reclassify_scan(
    settings: Settings, scan_id: str, *, job_id: str | None = None, clock: Clock | None = None
) -> Reclassified:
    """Label a scan anew from what was observed, as users, the site and the data say now, and judge it again.

    Nothing that was observed changes, nor does the profile it is judged by. To do it twice changes nothing
    more. Reports that were written keep what they say. Where a rule fails that did not, it is told.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan.
        CookieDataError: the cookie database in the data folder is damaged.
        StorageError: the database refused.
    """
    before = scans.load_scan(settings, scan_id)
    about(scan_id=before.id, site=before.site)
    after = _labelled_anew(settings, before, before.profile)
    now = (clock or settings.clock).now()
    told = happenings.of_judging_anew(before, after, now, job_id=job_id)
    relabelled = scans.relabel_scan(settings, after, events=told)
    answers = {finding.rule_id: finding for finding in before.findings}
    changed = {f.rule_id for f in after.findings if answers.pop(f.rule_id, None) != f} | set(answers)
    return Reclassified(
        scan_id=before.id,
        site=before.site,
        relabelled=relabelled,
        findings_changed=len(changed),
        data_version=after.data_version,
    )


def _labelled_anew(settings: Settings, scan: ScanRecord, profile: str) -> ScanRecord:
    """A scan as users, its site, the data and the rules of now see what was observed."""
    labelled = _classified(settings, scan.labelled.evidence, scan.site)
    return replace(
        scan,
        profile=profile,
        cookies=labelled.cookies,
        storage=labelled.storage,
        hosts=labelled.hosts,
        declaration=labelled.declaration,
        data_version=labelled.data_version,
        findings=rules.evaluate(labelled, profile),
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
        wanted = site_of(evidence) if site is None else site
        if found.site == wanted and scans.capture_phases(settings, found.id) == phases:
            return found
    return None


def _record(settings: Settings, labelled: LabelledEvidence, values_kept: bool, clock: Clock) -> ScanRecord:
    evidence = labelled.evidence
    captured = [capture.captured_at for capture in evidence.captures if capture.captured_at is not None]
    return ScanRecord(
        id=new_id(),
        site=labelled.site,
        created_at=clock.now(),
        captured_at=min(captured, default=None),
        page_url=page_of(evidence, labelled.site),
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
