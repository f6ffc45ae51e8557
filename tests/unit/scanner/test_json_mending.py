"""Text that JSON allows and the parser does not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.errors import CaptureError
from scanjobs.scanner.importers import collect, json_mending
from scanjobs.scanner.importers.json_mending import EndlessNumberError, Mender
from scanjobs.scanner.source import CaptureTarget


def mended(*chunks):
    mender = Mender()
    return "".join([mender.mend(chunk) for chunk in chunks]) + mender.end()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"a\ude00b", r"a\ufffdb"),
        (r"\ud83d\ude00", r"\ud83d\ude00"),
        (r"\\ude00", r"\\ude00"),
        (r"\\\ude00", r"\\\ufffd"),
        (r"\ude00\ude01", r"\ufffd\ufffd"),
        (r"\n\"\u00e9", r"\n\"\u00e9"),
    ],
)
def test_lone_surrogates_are_replaced(text, expected):
    assert mended(text) == expected
    for cut in range(len(text) + 1):
        assert mended(text[:cut], text[cut:]) == expected


@given(st.text(alphabet=st.characters(codec="ascii")), st.lists(st.integers(1, 9)))
def test_other_json_is_left_alone(text, cuts):
    whole = json.dumps([text, "\U0001f600", "é"])
    chunks, rest = [], whole
    for cut in cuts:
        chunks.append(rest[:cut])
        rest = rest[cut:]

    assert mended(*chunks, rest) == whole


def test_numbers_end_somewhere(monkeypatch):
    monkeypatch.setattr(json_mending, "MOST_DIGITS", 10)
    mender = Mender()
    mender.mend("1 234567")

    with pytest.raises(EndlessNumberError):
        mender.mend("890123 4")


@pytest.mark.parametrize(("digits", "taken"), [(4301, True), (400_000, False)])
def test_a_long_number_does_not_crash_the_parser(tmp_path, digits, taken):
    entry = {"request": {"url": "https://shop.example/"}, "response": {"status": 200}, "time": 0}
    text = json.dumps({"log": {"entries": [entry]}}).replace('"time": 0', '"time": ' + "9" * digits)
    (tmp_path / "long.har").write_text(text)
    target = CaptureTarget(path=tmp_path / "long.har", phase=ConsentPhase.BEFORE, salt=b"s")

    if taken:
        assert collect(target).captures[0].entries == 1
    else:
        with pytest.raises(CaptureError):
            collect(target)
