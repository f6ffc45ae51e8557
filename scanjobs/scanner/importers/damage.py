"""What is said of a JSON file that is broken or ends early, whatever it is a capture of."""

from __future__ import annotations

from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.importers.json_stream import JsonFile
from scanjobs.scanner.shown import printable
from scanjobs.scanner.source import CaptureTarget


def refuse_damaged(target: CaptureTarget, file: JsonFile, entries: int) -> None:
    """Raise where a file is damaged, unless it gave entries and there is leave to salvage them."""
    if not file.is_damaged:
        return
    name = printable(target.path.name)
    if entries == 0 and file.ends_early:
        raise TruncatedCaptureError(
            f"{name} ends before its first entry does.", hint="Record it again; nothing can be salvaged."
        )
    if entries == 0:
        raise CaptureError(
            f"{name} is not valid JSON: it breaks before byte {file.broken_at}.",
            hint="Export it again from the tool that recorded it, and do not edit it by hand.",
        )
    if not target.salvage:
        how = "ends early" if file.ends_early else f"is damaged before byte {file.broken_at}"
        raise TruncatedCaptureError(f"{name} {how}: {entries} entries are complete, the rest is missing.")
