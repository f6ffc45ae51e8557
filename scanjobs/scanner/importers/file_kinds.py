"""Looks at the first bytes of a file and says what it is, so that a refusal can name it."""

from __future__ import annotations

from pathlib import Path

from scanjobs.errors import CaptureError
from scanjobs.scanner.importers.json_stream import HEAD_BYTES, outline, text_of
from scanjobs.scanner.shown import printable

_HOW_TO_RECORD = "Record the page with a browser's developer tools and export it as HAR."
_HOW_TO_DECLARE = "A declaration as a table begins with a heading: name,provider,category,purpose,duration."
_MAGIC = (
    (b"\x1f\x8b", "a gzip archive", "Unpack it first."),
    (b"PK\x03\x04", "a zip archive", "Unpack it first."),
    (b"SQLite format 3", "an SQLite database", _HOW_TO_RECORD),
    (b"%PDF", "a PDF document", _HOW_TO_RECORD),
)


def read_head(path: Path) -> bytes:
    """The first bytes of a file; CaptureError where there is no file or nothing in it."""
    try:
        if path.is_dir():
            raise CaptureError(f"{path} is a folder.", hint="Name the files in it.")
        if not path.exists():
            raise CaptureError(
                f"There is no file {path}.", hint="Check the name; paths are relative to here."
            )
        if not path.is_file():
            raise CaptureError(f"{path} is not a regular file.", hint="Save it to disk first.")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if not head:
        raise CaptureError(f"{path} is empty.", hint="Export the recording again.")
    return head


def unreadable(path: Path, error: Exception) -> CaptureError:
    """The error for a file that the system does not let us read."""
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return CaptureError(f"{path} could not be read: {reason}.", hint="Check its permissions and its disk.")


def unknown_format(path: Path, head: bytes, formats: str) -> CaptureError:
    """The error for a file that no importer knows, naming what it is where that can be told."""
    for magic, kind, hint in _MAGIC:
        if head.startswith(magic):
            return CaptureError(f"{path} is {kind}, not a capture.", hint=hint)
    taken = f"Formats that are taken: {formats}."
    seen = outline(head)
    if seen.opening == "[" and {"location", "message", "level"} <= set(seen.keys):
        return CaptureError(
            f"{path} looks like the log of the Website Evidence Collector, not like its result.",
            hint="Take in the inspection.json beside it, or the folder.",
        )
    if "".join(text_of(head).lstrip("\ufeff").split()) == "[]":
        return CaptureError(
            f"{path} is an empty list, which could be of any tool.",
            hint=f"Name its format, for instance --format cdp. {taken}",
        )
    if seen.opening == "<":
        return CaptureError(f"{path} is a web page or XML, not a capture.", hint=taken)
    if seen.opening not in ("{", "["):
        return CaptureError(f"{path} is neither JSON nor a cookies.txt.", hint=f"{taken} {_HOW_TO_DECLARE}")
    what = "an object" if seen.opening == "{" else "a list"
    names = ", ".join(printable(key[:40]) for key in seen.keys[:4])
    members = f" that begins with the members {names}" if names else ""
    return CaptureError(
        f"{path} is JSON, but no capture that is known: it holds {what}{members}.", hint=taken
    )
