"""Takes in the folder of one visit: the inspection, the recording beside it, digests of all other files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from pathlib import Path

from scanjobs.domain.evidence import Evidence, Gap, GapKind, RawFile, RuleInput, Skipped
from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.combine import combine
from scanjobs.scanner.importers.blacklight import BlacklightImporter
from scanjobs.scanner.importers.file_kinds import read_head
from scanjobs.scanner.importers.har import HarImporter
from scanjobs.scanner.importers.wec import WecImporter
from scanjobs.scanner.shown import printable
from scanjobs.scanner.source import CaptureTarget, Source

MOST_FILES = 1000
"""So many files get a digest; a folder with more holds other things than one visit."""
NOT_READ = "file of the folder that was not looked at"

_INSPECTIONS: tuple[Source, ...] = (WecImporter(), BlacklightImporter())
_INSPECTION, _BROWSER_COOKIES = "inspection.json", "browser-cookies.json"
_PROFILE = "browser-profile"
"""Thousands of files that the browser keeps for itself, and changes whenever it is started."""
_CHUNK_BYTES = 1024 * 1024


def collect_folder(target: CaptureTarget) -> Evidence:
    """What the files of the folder show together, as captures of one phase.

    Raises:
        CaptureError: there is no inspection in it, or one of its captures cannot be taken in.
        OSError: the system does not let us read it.
    """
    inspection = target.path / _INSPECTION
    main = _importer_of(target.path, inspection).collect(replace(target, path=inspection))
    beside: list[Evidence] = []
    gaps: list[Gap] = []
    for path, importer in _captures_beside(target.path, main):
        try:
            beside.append(importer.collect(replace(target, path=path)))
        except TruncatedCaptureError:
            raise
        except CaptureError as error:
            gaps.append(_not_taken_in(target, path, error))
    taken = {inspection, *(target.path / one.captures[0].file_name for one in beside)}
    files, others = _files(target.path, taken)
    (capture,) = main.captures
    skipped = (*capture.skipped, *([Skipped(reason=NOT_READ, count=others)] if others else []))
    main = replace(main, captures=(replace(capture, files=files, skipped=skipped),), gaps=(*main.gaps, *gaps))
    return combine([_counted_once(main, beside), *beside])


def _importer_of(folder: Path, inspection: Path) -> Source:
    """The importer of the inspection in a folder; CaptureError where there is none."""
    if inspection.is_file():
        head = read_head(inspection)
        for importer in _INSPECTIONS:
            if importer.matches(head):
                return importer
        lacks = f"an {_INSPECTION} of no tool that is known"
    else:
        lacks = f"no {_INSPECTION}"
    raise CaptureError(
        f"{folder} is a folder with {lacks} in it.",
        hint="Name the output folder of the Website Evidence Collector or of blacklight-collector, or the "
        "files in it one by one.",
    )


def _captures_beside(folder: Path, main: Evidence) -> Iterator[tuple[Path, Source]]:
    """The recordings in the folder, and the browser's cookies where the inspection itself has none."""
    har, blacklight = HarImporter(), BlacklightImporter()
    for path in sorted(folder.glob("*.har")):
        if _is_plain(path) and path.stat().st_size and har.matches(read_head(path)):
            yield path, har
    path = folder / _BROWSER_COOKIES
    if not main.shows(RuleInput.COOKIES) and _is_plain(path) and path.stat().st_size:
        yield path, blacklight


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _not_taken_in(target: CaptureTarget, path: Path, error: CaptureError) -> Gap:
    name = printable(path.name)
    return Gap(
        kind=GapKind.NOT_RECORDED,
        detail=f"{name} lies beside the inspection and could not be taken in: {error.message}",
        phase=target.phase,
        file_name=name,
    )


def _counted_once(main: Evidence, beside: Sequence[Evidence]) -> Evidence:
    """The inspection without the requests and pages that a recording of the same visit tells one by one."""
    recorded = {contact.host for evidence in beside for contact in evidence.hosts}
    return replace(
        main,
        hosts=tuple(
            replace(contact, requests=0) if contact.host in recorded else contact for contact in main.hosts
        ),
        pages=() if any(evidence.pages for evidence in beside) else main.pages,
    )


def _files(folder: Path, taken: set[Path]) -> tuple[tuple[RawFile, ...], int]:
    """The digests of all files that were not taken in, and how many were not looked at."""
    paths = [path for path in _walk(folder) if path not in taken]
    kept = tuple(
        RawFile(
            file_name=printable(path.relative_to(folder).as_posix()),
            sha256=_digest(path),
            size=path.stat().st_size,
        )
        for path in islice(paths, MOST_FILES)
    )
    return kept, len(paths) - len(kept)


def _walk(folder: Path) -> Iterator[Path]:
    for place, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if name != _PROFILE)
        yield from (path for path in (Path(place, name) for name in sorted(files)) if _is_plain(path))


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
