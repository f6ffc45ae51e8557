"""A report file is there whole, or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from scanjobs.errors import ReportError, StorageError
from scanjobs.files import write_atomically


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def hello(file: BinaryIO) -> None:
    file.write(b"hello")


def test_size_and_hash_are_those_of_the_file(tmp_path: Path) -> None:
    """What is recorded is what lies there; folders are made on the way."""
    path = tmp_path / "new" / "folder" / "report.pdf"

    assert write_atomically(path, hello) == (5, hashlib.sha256(b"hello").hexdigest())
    assert path.read_bytes() == b"hello"
    assert names_in(path.parent) == ["report.pdf"]


def test_the_file_keeps_the_usual_permissions(tmp_path: Path) -> None:
    """Others can read a report as far as the umask allows."""
    (tmp_path / "usual").touch()
    write_atomically(tmp_path / "report.pdf", hello)

    assert (tmp_path / "report.pdf").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_writing_again_replaces_the_file(tmp_path: Path) -> None:
    """A job that runs twice leaves one file."""
    path = tmp_path / "report.pdf"
    path.write_bytes(b"a longer text than the new one")
    write_atomically(path, hello)

    assert path.read_bytes() == b"hello"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ZeroDivisionError])
def test_an_interrupted_file_is_removed(tmp_path: Path, error: type[BaseException]) -> None:
    """Nothing half-written stays, the file that was there does, and the reason goes on."""
    path = tmp_path / "report.pdf"
    path.write_bytes(b"before")

    def draw(file: BinaryIO) -> None:
        file.write(b"half")
        raise error

    with pytest.raises(error):
        write_atomically(path, draw)
    assert names_in(tmp_path) == ["report.pdf"]
    assert path.read_bytes() == b"before"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no room left"),
        (errno.EDQUOT, "no room left"),
        (errno.EROFS, "can only be read"),
        (errno.EACCES, "may not be written to"),
        (errno.EIO, "could not be written"),
    ],
)
def test_refusals_of_the_disk_are_explained(tmp_path: Path, code: int, words: str) -> None:
    """A sentence and a way out, and nothing stays behind."""

    def draw(file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError(code, os.strerror(code))

    with pytest.raises(StorageError, match=words) as raised:
        write_atomically(tmp_path / "report.pdf", draw)
    assert raised.value.hint
    assert names_in(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on file sizes")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The operating system itself refuses in the middle of the file."""
    program = f"""
import resource
from pathlib import Path
from scanjobs.errors import StorageError
from scanjobs.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_atomically(Path({str(tmp_path / "report.pdf")!r}), lambda file: file.write(bytes(50_000)))
except StorageError as error:
    print(error.message)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.startswith("There is no room left for the report")
    assert names_in(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="this system knows no files without a name")
def test_a_killed_process_leaves_nothing(tmp_path: Path) -> None:
    """Not even SIGKILL, which nobody can clean up after."""
    program = f"""
import time
from pathlib import Path
from scanjobs.files import write_atomically
def draw(file):
    file.write(bytes(50_000))
    file.flush()
    print("half", flush=True)
    time.sleep(60)
write_atomically(Path({str(tmp_path / "report.pdf")!r}), draw)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as writing:
        assert writing.stdout is not None
        assert writing.stdout.readline() == b"half\n"
        writing.kill()

    assert names_in(tmp_path) == []


def test_a_folder_is_no_place_for_a_report(tmp_path: Path) -> None:
    """Refused before anything is drawn."""
    with pytest.raises(ReportError, match="is a folder"):
        write_atomically(tmp_path, lambda file: pytest.fail("drawn for nothing"))


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """The parent of a report must be a folder."""
    (tmp_path / "file").touch()

    with pytest.raises(ReportError, match="is not a folder"):
        write_atomically(tmp_path / "file" / "report.pdf", hello)


def test_a_name_can_be_too_long(tmp_path: Path) -> None:
    """Refused before anything is drawn; the longest name that fits is taken."""
    with pytest.raises(ReportError, match="longer than the file system allows"):
        write_atomically(tmp_path / ("x" * 300), lambda file: pytest.fail("drawn for nothing"))
    write_atomically(tmp_path / ("ü" * 127), hello)


def test_a_null_character_is_refused(tmp_path: Path) -> None:
    """Such a path is nobody's file."""
    with pytest.raises(ReportError, match="characters that are no text"):
        write_atomically(tmp_path / "a\0b", hello)
