"""`scanjobs import`: take in captures of a website."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanjobs.commands.options import JsonOption
from scanjobs.domain.cookies import ConsentPhase

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from scanjobs.pipeline import CaptureFile, Imported


def import_captures(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Captures, or one manifest (.toml).")],
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
    """Take in captures of a website: HAR files, and lists of the cookies in a browser's store."""
    from scanjobs import config, console, pipeline
    from scanjobs.domain.ids import short

    settings = config.current()
    imported: list[Imported] = []
    try:
        for scan_files in _scans(files, phase or []):
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
            imported.append(one)
            if not json:
                show_imported(one)
                report = f"{console.program()} report {short(one.scan.id)} --format pdf --wait"
                console.say("next", report, style="dim")
    finally:
        if json:  # what was taken in before something went wrong is there, and is told
            console.show_json([_as_json(one) for one in imported])


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


def show_imported(one: Imported) -> None:
    """Print what an import found, what it left out and why."""
    from rich.text import Text

    from scanjobs import console
    from scanjobs.domain.ids import short

    scan = one.scan
    heading = Text.assemble((console.printable(scan.site), "bold"), "  scan ", (short(scan.id), "bold cyan"))
    if not one.is_new:
        heading.append("  known already; --again makes a new scan", style="yellow")
    cookies = f"{scan.cookies:,}, {one.third_party_cookies:,} of them third-party"
    rows: list[tuple[str, str]] = [
        ("cookies", cookies if scan.cookies else "none seen"),
    ]
    if one.storage:
        rows.append(("storage", console.counted(one.storage, "item")))
    if one.requests is not None:
        rows.append(("requests", f"{one.requests:,} to {console.counted(one.hosts, 'host')}"))
    rows.append(("phases", ", ".join(scan.phases)))
    rows += [("skipped", f"{left_out.count:,} × {left_out.reason}") for left_out in one.skipped]
    rows += [("not seen", gap) for gap in one.gaps]
    console.show(heading, console.facts(rows))


def _as_json(one: Imported) -> dict[str, object]:
    from dataclasses import asdict

    return {
        **asdict(one.scan),
        "is_new": one.is_new,
        "third_party_cookies": one.third_party_cookies,
        "storage": one.storage,
        "hosts": one.hosts,
        "requests": one.requests,
        "entries": one.entries,
        "skipped": one.skipped,
        "gaps": one.gaps,
    }
