"""The list of captures that make up one scan."""

from __future__ import annotations

import pytest

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.errors import CaptureError
from scanjobs.scanner.manifest import read_manifest


@pytest.fixture
def manifest(tmp_path):
    """Write a manifest beside two captures."""
    (tmp_path / "captures").mkdir()
    for name in ("before.har", "captures/accepted.har"):
        (tmp_path / name).write_text("{}")

    def write(content: str | bytes):
        path = tmp_path / "scan.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_files_and_phases_in_their_order(manifest, tmp_path):
    """Paths are taken from where the manifest lies."""
    path = manifest(
        """
        [[capture]]
        file = "captures/accepted.har"
        phase = "accepted"

        [[capture]]
        file = "before.har"
        phase = "before"
        """
    )

    assert read_manifest(path) == (
        (tmp_path / "captures" / "accepted.har", ConsentPhase.ACCEPTED),
        (tmp_path / "before.har", ConsentPhase.BEFORE),
    )


def test_absolute_paths(manifest, tmp_path):
    """They stand for themselves."""
    path = manifest(f"[[capture]]\nfile = '{tmp_path / 'before.har'}'\nphase = 'unknown'")

    assert read_manifest(path) == ((tmp_path / "before.har", ConsentPhase.UNKNOWN),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "names no captures"),
        ("capture = []", "names no captures"),
        ("capture = 'before.har'", "names no captures"),
        ("[[capture", "is not valid TOML"),
        (b"\xff\xfe", "is not text in UTF-8"),
        ("captures = []", "holds captures, which means nothing here"),
        ("capture = ['before.har']", "Capture 1 in"),
        ("[[capture]]\nphase = 'before'", "has no file"),
        ("[[capture]]\nfile = ''\nphase = 'before'", "has no file"),
        ("[[capture]]\nfile = 7\nphase = 'before'", "has no file"),
        ("[[capture]]\nfile = 'before.har'", "has no phase"),
        ("[[capture]]\nfile = 'before.har'\nphase = 'after'", "has the phase after"),
        (
            "[[capture]]\nfile = 'before.har'\nphase = 'before'\nsalt = 1",
            "holds salt, which means nothing here",
        ),
        ("[[capture]]\nfile = 'gone.har'\nphase = 'before'", "names gone.har, and there is no such file"),
        ("[[capture]]\nfile = 'captures'\nphase = 'before'", "names captures, and there is no such file"),
        ('[[capture]]\nfile = "a\\u0000"\nphase = "before"', "names a\ufffd, and there is no such file"),
        ('[[capture]]\nfile = "before.har"\nphase = "\\u001b[2J"', "has the phase \ufffd[2J"),
        ('"\\u001b[2J" = 1', "holds \ufffd[2J, which means nothing here"),
        (
            '[[capture]]\nfile = "before.har"\nphase = "before"\n"\\u009b" = 1',
            "holds \ufffd, which means nothing here",
        ),
        (2 * "[[capture]]\nfile = 'before.har'\nphase = 'before'\n", "names before.har twice"),
    ],
)
def test_mistakes(manifest, content, words):
    """Each has its sentence and a way out."""
    with pytest.raises(CaptureError) as refused:
        read_manifest(manifest(content))

    assert words in refused.value.message
    assert refused.value.message.isprintable()
    assert refused.value.hint


def test_no_manifest(tmp_path):
    """A missing file and a folder are told apart."""
    for path, words in ((tmp_path / "none.toml", "There is no file"), (tmp_path, "is a folder")):
        with pytest.raises(CaptureError, match=words):
            read_manifest(path)
