"""Any two scans can be compared, and read backwards the comparison says the same backwards."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from scanjobs import rules
from scanjobs.commands.diff_view import diff_view
from scanjobs.comparison import ChangeKind, compare
from scanjobs.comparison.facts import as_json
from scanjobs.domain.labels import LabelledEvidence
from scanjobs.domain.scans import ScanRecord
from tests import factories
from tests.strategies import labelled_scans

BACKWARDS = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}


def record_of(scan: LabelledEvidence) -> ScanRecord:
    """A scan as it would be stored, judged."""
    return replace(
        factories.scan_record(),
        site=scan.site,
        captures=scan.evidence.captures,
        complete=all(capture.complete for capture in scan.evidence.captures),
        cookies=scan.cookies,
        storage=scan.storage,
        hosts=scan.hosts,
        gaps=scan.evidence.gaps,
        pages=scan.evidence.pages,
        declaration=scan.declaration,
        findings=rules.evaluate(scan),
    )


RECORDS = st.builds(record_of, labelled_scans())


@given(RECORDS, RECORDS)
def test_any_two_scans_can_be_compared(older, newer):
    """Nothing is lost or counted twice, and people and programs can read it."""
    compared = compare(older, newer)

    for part, was, now in (
        (compared.cookies, older.cookies, newer.cookies),
        (compared.storage, older.storage, newer.storage),
    ):
        told_older = sum(change.older is not None for change in part.changes)
        told_newer = sum(change.newer is not None for change in part.changes)
        assert (told_older + part.unchanged, told_newer + part.unchanged) == (len(was), len(now))
    json.dumps(as_json(compared))
    Console(width=80, file=StringIO()).print(*diff_view(compared))


@given(RECORDS, RECORDS)
def test_backwards_it_says_the_same_backwards(older, newer):
    forwards, backwards = compare(older, newer), compare(newer, older)

    for name, part in forwards.sections.items():
        there = {(c.older, c.newer): c for c in part.changes}
        back = {(c.newer, c.older): c for c in backwards.sections[name].changes}
        assert there.keys() == back.keys()
        for key, change in there.items():
            assert back[key].kind is BACKWARDS.get(change.kind, change.kind)
            assert {(d.aspect, d.newer, d.older) for d in back[key].differences} == {
                (d.aspect, d.older, d.newer) for d in change.differences
            }


@given(RECORDS)
def test_a_scan_is_as_it_is(scan):
    compared = compare(scan, scan)

    assert not compared.has_changes
    assert all(part.changes == () for part in compared.sections.values())
