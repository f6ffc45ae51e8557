"""The folder that a tool wrote about one visit."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.importers import collect
from scanjobs.scanner.source import CaptureTarget

HAR = Path(__file__).parents[2] / "data" / "har"


@pytest.fixture
def folder(tmp_path, inspections):
    """An output folder with an inspection, a recording, and what else the tool writes."""
    folder = tmp_path / "output"
    (folder / "testssl").mkdir(parents=True)
    (folder / "browser-profile" / "Default").mkdir(parents=True)
    shutil.copy(inspections / "wec.json", folder / "inspection.json")
    shutil.copy(HAR / "plain.har", folder / "requests.har")
    (folder / "cookies.yml").write_text("- name: uid\n")
    (folder / "testssl" / "testssl.log").write_text("ok")
    (folder / "browser-profile" / "Default" / "Cookies").write_text("x")
    return folder


def take_in(folder, **changes):
    return collect(CaptureTarget(path=folder, salt=b"", phase=ConsentPhase.BEFORE, **changes))


def test_the_recording_beside_an_inspection(folder):
    """Both are captures of the same phase; of everything else there is a digest, but for the profile."""
    evidence = take_in(folder)

    inspection, recording = evidence.captures
    assert (inspection.file_name, inspection.format) == ("inspection.json", "wec")
    assert (recording.file_name, recording.format) == ("requests.har", "har")
    assert {capture.phase for capture in evidence.captures} == {ConsentPhase.BEFORE}
    assert [(file.file_name, file.size) for file in inspection.files] == [
        ("cookies.yml", 12),
        ("testssl/testssl.log", 2),
    ]
    assert inspection.files[1].sha256 == hashlib.sha256(b"ok").hexdigest()


def test_requests_are_counted_once(folder):
    """Where the recording counts them, the inspection adds what it took for tracking only."""
    alone = {
        host.host: host.requests
        for host in collect(CaptureTarget(path=folder / "requests.har", salt=b"")).hosts
    }

    together = {host.host: host for host in take_in(folder).hosts}

    assert {name: together[name].requests for name in alone} == alone
    assert together["px.ads.example"].called_tracking == 4


def test_pages_are_told_once(folder):
    """By the recording, which knows how they were answered."""
    alone = collect(CaptureTarget(path=folder / "requests.har", salt=b"", phase=ConsentPhase.BEFORE)).pages
    assert alone

    assert take_in(folder).pages == alone


def test_a_recording_that_is_cut(folder):
    """The folder is refused, unless there is leave to salvage."""
    content = (folder / "requests.har").read_bytes()
    (folder / "requests.har").write_bytes(content[: len(content) * 9 // 10])

    with pytest.raises(TruncatedCaptureError, match=r"^requests\.har "):
        take_in(folder)
    assert [capture.complete for capture in take_in(folder, salvage=True).captures] == [True, False]


def test_a_recording_without_requests(folder):
    """What it lacks is told, and it stays a file of the folder."""
    (folder / "requests.har").write_text('{"log": {"entries": []}}')

    evidence = take_in(folder)

    assert [file.file_name for file in evidence.captures[0].files] == [
        "cookies.yml",
        "requests.har",
        "testssl/testssl.log",
    ]
    assert evidence.gaps[0].detail == (
        "requests.har lies beside the inspection and could not be taken in: requests.har is a HAR file "
        "without entries: no request was recorded."
    )


def test_a_folder_of_blacklight(tmp_path, inspections):
    """The browser's cookies are read where the inspection has none of its own."""
    for name in ("blacklight.json", "browser-cookies.json"):
        target = "inspection.json" if name == "blacklight.json" else name
        shutil.copy(inspections / name, tmp_path / target)
    assert [capture.file_name for capture in take_in(tmp_path).captures] == ["inspection.json"]

    inspection = tmp_path / "inspection.json"
    inspection.write_text(inspection.read_text().replace('"cookies": [', '"other": ['))
    assert [capture.file_name for capture in take_in(tmp_path).captures] == [
        "inspection.json",
        "browser-cookies.json",
    ]


def test_links_are_not_followed(folder, tmp_path):
    """A link could lead out of the folder."""
    (tmp_path / "secret").write_text("s")
    (folder / "link.yml").symlink_to(tmp_path / "secret")

    assert "link.yml" not in [file.file_name for file in take_in(folder).captures[0].files]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "with no inspection.json in it"),
        ('{"a": 1}', "with an inspection.json of no tool that is known"),
    ],
)
def test_a_folder_without_an_inspection(tmp_path, content, words):
    if content:
        (tmp_path / "inspection.json").write_text(content)

    with pytest.raises(CaptureError, match=words) as error:
        take_in(tmp_path)
    assert error.value.hint
