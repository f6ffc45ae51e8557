"""`scanjobs import`: take in captures of a website, and what it declares."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.options import JsonOption
from scanjobs.domain.cookies import ConsentPhase

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from scanjobs.pipeline import CaptureFile


def import_captures(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="Captures, folders of an inspection, declarations, or one manifest (.toml)."
        ),
    ],
    phase: Annotated[
        list[ConsentPhase] | None,
        typer.Option(
            "--phase",
            help="What the visitor had chosen. Given once for each file, the files make one scan.",
        ),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", help="Format of the files; auto looks into them.")
    ] = "auto",
    site: Annotated[
        str | None,
        typer.Option(
            "--site", metavar="DOMAIN", help="The site that was visited, where no page of it comes first."
        ),
    ] = None,
    salvage: Annotated[
        bool, typer.Option("--salvage", help="Keep the complete entries of a truncated file.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Make a new scan although these files are known.")
    ] = False,
    keep_values: Annotated[
        bool | None,
        typer.Option("--keep-values", help="Store cookie values; they are personal data."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Take in captures of a website, and what it declares about its cookies.

    Captures are HAR files, inspections of a visit, and lists of the cookies in a browser's store.

    A declaration is kept for its site: scans taken in from then on are compared with it.
    """
    from scanjobs import config, console, pipeline
    from scanjobs.commands import import_view
    from scanjobs.domain.ids import short
    from scanjobs.scanner.declarations import is_declaration

    settings = config.current()
    declared = [file for file in files if is_declaration(file, format)]
    scans = _scans([file for file in files if file not in declared], phase or [])
    told: list[dict[str, object]] = []
    try:
        for file in declared:
            said = pipeline.import_declaration(
                settings, file, format=format, site=site, salvage=salvage, again=again
            )
            told.append(import_view.declared_as_json(said))
            if not json:
                import_view.show_declared(said)
        for scan_files in scans:
            with console.progress() as bars:
                bar = bars.add_task("", total=None, note="")
                one = pipeline.import_scan(
                    settings,
                    scan_files,
                    format=format,
                    site=site,
                    salvage=salvage,
                    again=again,
                    keep_values=settings.keep_values if keep_values is None else keep_values,
                    on_progress=partial(_show_progress, bars, bar),
                )
            told.append(import_view.as_json(one))
            if not json:
                import_view.show_imported(one)
                report = f"{console.program()} report {short(one.scan.id)} --format pdf --wait"
                console.say("next", report, style="dim")
    finally:
        if json:  # what was taken in before something went wrong is there, and is told
            console.show_json(told)


def _show_progress(bars: Progress, bar: TaskID, doing: str, done: int, total: int) -> None:
    bars.update(bar, description=doing, completed=done, total=total)


def _scans(files: list[Path], phases: list[ConsentPhase]) -> list[list[CaptureFile]]:
    """Which files make which scan."""
    from scanjobs.errors import UsageError
    from scanjobs.pipeline import CaptureFile
    from scanjobs.scanner.manifest import read_manifest

    manifests = [file for file in files if file.suffix == ".toml"]
    if manifests:
        if phases or len(manifests) != len(files):
            raise UsageError(
                "A manifest names files and phases itself.", hint="Give it alone, without --phase."
            )
        return [
            [CaptureFile(path=path, phase=phase) for path, phase in read_manifest(manifest)]
            for manifest in manifests
        ]
    if len(phases) > 1 and len(phases) != len(files):
        raise UsageError(
            f"There are {len(files)} files and {len(phases)} phases.",
            hint="Give --phase once for all files, or once for each in their order.",
        )
    if len(files) > 1 and len(phases) == len(files):
        return [[CaptureFile(path=path, phase=phase) for path, phase in zip(files, phases, strict=True)]]
    phase = phases[0] if phases else ConsentPhase.UNKNOWN
    return [[CaptureFile(path=path, phase=phase)] for path in files]
