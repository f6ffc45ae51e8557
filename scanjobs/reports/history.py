"""What earlier scans of the same site tell about one: since when rules fail, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scanjobs import rules
from scanjobs.comparison import Comparison, compare
from scanjobs.config import Settings
from scanjobs.db import scans, site_scans
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.changes import changes_since
from scanjobs.reports.checks import RuleBook
from scanjobs.reports.listed import ChangesPart
from scanjobs.reports.words import Words
from scanjobs.rules.standing import standing_of


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """The past of a scan's site, as far as this database knows it."""

    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    """Rule id to the scan since which it has failed or warned without a break."""
    older: ScanRecord | None = None
    """The scan before, judged by the rules of now; None where there is none."""
    newer: ScanRecord | None = None
    """The scan itself, judged so as well."""
    comparison: Comparison | None = None


def history_of(settings: Settings, scan: ScanRecord) -> History:
    """What the scans of its site before it tell."""
    first_seen = site_scans.first_seen(settings, scan.site, scan.id)
    before = site_scans.scan_before(settings, scan.site, scan.id)
    if before is None:
        return History(first_seen=first_seen)
    older, newer = (judged_afresh(one, scan.profile) for one in (scans.load_scan(settings, before), scan))
    return History(first_seen=first_seen, older=older, newer=newer, comparison=compare(older, newer))


def changes_of(history: History, rule_book: RuleBook, words: Words) -> ChangesPart | None:
    """What changed since the scan before, in words; None where there is none."""
    if history.older is None or history.newer is None or history.comparison is None:
        return None
    scores = (standing_of(scan).score for scan in (history.older, history.newer))
    return changes_since(history.comparison, tuple(scores), lambda rule_id: rule_book(rule_id).title, words)


def judged_afresh(scan: ScanRecord, profile: str) -> ScanRecord:
    """The scan as the rules of now judge it, so that a change of rules is no change of the site."""
    return replace(scan, profile=profile, findings=rules.evaluate(scan.labelled, profile))
