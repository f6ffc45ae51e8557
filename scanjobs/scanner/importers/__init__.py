"""Takes in a file or a folder: finds the importer that knows its content and asks it for the evidence."""

from __future__ import annotations

from scanjobs.domain.evidence import Evidence
from scanjobs.errors import CaptureError
from scanjobs.scanner.importers.blacklight import BlacklightImporter
from scanjobs.scanner.importers.cdp import CdpImporter
from scanjobs.scanner.importers.extension import ExtensionImporter
from scanjobs.scanner.importers.file_kinds import read_head, unknown_format, unreadable
from scanjobs.scanner.importers.folder import collect_folder
from scanjobs.scanner.importers.har import HarImporter
from scanjobs.scanner.importers.netscape import NetscapeImporter
from scanjobs.scanner.importers.storage_state import StorageStateImporter
from scanjobs.scanner.importers.wec import WecImporter
from scanjobs.scanner.source import CaptureTarget, Source

AUTO = "auto"
IMPORTERS: tuple[Source, ...] = (
    HarImporter(),
    WecImporter(),
    BlacklightImporter(),
    StorageStateImporter(),
    CdpImporter(),
    ExtensionImporter(),
    NetscapeImporter(),
)
"""One more importer is one more file here and one more name in this list."""


def formats() -> tuple[str, ...]:
    """The formats that can be taken in."""
    return tuple(importer.format for importer in IMPORTERS)


def collect(target: CaptureTarget, format: str = AUTO) -> Evidence:
    """What the capture shows; `auto` finds its format by content, a name insists on that format.

    A folder is what the Website Evidence Collector or blacklight-collector wrote about one visit.
    """
    try:
        if target.path.is_dir() and format in (AUTO, WecImporter.format, BlacklightImporter.format):
            return collect_folder(target)
        head = read_head(target.path)
        return _importer(target, head, format).collect(target)
    except OSError as error:
        raise unreadable(target.path, error) from error


def _importer(target: CaptureTarget, head: bytes, format: str) -> Source:
    names = ", ".join(formats())
    for importer in IMPORTERS:
        if format == importer.format or (format == AUTO and importer.matches(head)):
            return importer
    if format == AUTO:
        raise unknown_format(target.path, head, names)
    raise CaptureError(f"There is no format {format}.", hint=f"Formats that are taken: {names}.")
