"""A short run of the spoiled files, and that the run would notice what it looks for."""

from __future__ import annotations

import pytest

from benchmarks import fuzz_importers
from benchmarks.fuzz_importers import SEEDS, fuzz
from benchmarks.mutations import mutate
from scanjobs import pipeline
from scanjobs.db import scans
from scanjobs.errors import CaptureError
from scanjobs.scanner import declarations, importers


@pytest.mark.parametrize("name", SEEDS)
def test_spoiled_files_are_taken_in_or_refused(settings, tmp_path, name):
    """No traceback, and whole scans only."""
    tally = fuzz(name, tmp_path, 40, seed=2)

    assert tally.wrong == []
    assert tally.taken + tally.refused.total() == 40
    assert tally.taken > 5


def test_every_importer_is_tried():
    assert {*importers.formats(), *declarations.formats()} <= set(SEEDS)


def test_a_traceback_is_noticed(settings, tmp_path, monkeypatch):
    """With what repeats it."""
    monkeypatch.setattr(pipeline, "page_of", lambda *_: 1 // 0)

    tally = fuzz("netscape", tmp_path, 5)

    assert tally.wrong
    assert tally.wrong[0].startswith("--only netscape --seed 1 --from ")
    assert "ZeroDivisionError" in tally.wrong[0]


def test_a_half_stored_scan_is_noticed(settings, tmp_path, monkeypatch):
    """One that stays after a refusal."""

    def half(settings, record, on_progress=None, **_):
        with scans.transaction(settings) as session:
            session.execute(scans.sa.insert(scans.models.Scan).values(**scans._scan_row(record)))
        raise CaptureError("The disk is full.", hint="Make room.")

    monkeypatch.setattr(pipeline.scans, "add_scan", half)

    tally = fuzz("netscape", tmp_path, 5)

    assert "0 whole scans and 1 others, 0 were taken in" in tally.wrong[0]


def test_a_refusal_without_a_way_out_is_noticed(settings, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise CaptureError("no")

    monkeypatch.setattr(fuzz_importers.pipeline, "import_scan", refuse)

    assert "refused without a way out" in fuzz("netscape", tmp_path, 1).wrong[0]


def test_the_same_number_gives_the_same_file():
    import random

    content = b'{"cookies": [{"name": "a", "value": 1}], "origins": []}'
    one, other = ([mutate(content, random.Random(f"x {n}")) for n in range(200)] for _ in range(2))

    assert one == other
    assert len(set(one)) > 150
