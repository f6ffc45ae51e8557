"""`scanjobs demo`: the whole way once, from a bundled capture to four reports."""

from __future__ import annotations

import typer


def demo() -> None:
    """Take in a bundled capture of a shop and report on it in every format."""
    from importlib.resources import as_file, files

    from scanjobs import config, console, pipeline, tasks
    from scanjobs.commands import following
    from scanjobs.commands.import_view import show_imported
    from scanjobs.domain.ids import short
    from scanjobs.domain.reports import ReportFormat
    from scanjobs.scanner.manifest import read_manifest

    settings = config.current()
    with as_file(files("scanjobs") / "demo") as folder:
        captures = [
            pipeline.CaptureFile(path=path, phase=phase)
            for path, phase in read_manifest(folder / "manifest.toml")
        ]
        imported = pipeline.import_scan(settings, captures)
    show_imported(imported)

    submitted = tasks.submit_reports(imported.scan.id, list(ReportFormat))
    jobs = following.follow(settings, [job.id for job in submitted], queue="reports")
    code = following.report_outcomes(jobs)
    console.show("")
    for job in jobs:
        if job.result:
            size = console.file_size(job.result["size"])
            console.show_line(f"{job.result['format']:<5} {size:>6}  {job.result['path']}")
    scan, program = short(imported.scan.id), console.program()
    console.show("")
    console.show_line(f"try  {program} show {scan}")
    console.show_line(f"     {program} report {scan} --format html --output report.html --wait")
    console.show_line(f"     {program} import capture.har --phase before")
    console.show_line(f"     {program} status")
    raise typer.Exit(code)
