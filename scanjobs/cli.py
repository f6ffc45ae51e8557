"""The command line: global options, command groups, and the one place where an error becomes words."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer.main import get_command

from scanjobs import __version__, config
from scanjobs.commands import (
    beat,
    check,
    cookies,
    db,
    declaration,
    demo,
    diff,
    export,
    find,
    health,
    import_,
    jobs,
    metrics,
    notify,
    portfolio,
    queues,
    report,
    reports,
    rules,
    scans,
    schedule,
    stats,
    status,
    worker,
)
from scanjobs.commands.values_at_hand import values_at_hand
from scanjobs.errors import ExitCode, ScanjobsError

app = typer.Typer(
    name="scanjobs",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("import")(import_.import_captures)
app.add_typer(scans.app, name="scans")
app.command("show")(scans.show_scan)
app.command("diff")(diff.diff)
app.command("find")(find.find)
app.command("check")(check.check)
app.add_typer(rules.app, name="rules")
app.add_typer(cookies.app, name="cookies")
app.command("report")(report.report)
app.command("portfolio")(portfolio.portfolio)
app.add_typer(reports.app, name="reports")
app.command("export")(export.export)
app.command("declaration")(declaration.declaration)
app.add_typer(jobs.app, name="jobs")
app.add_typer(queues.app, name="queues")
app.add_typer(schedule.app, name="schedule")
app.add_typer(notify.app, name="notify")
app.add_typer(db.app, name="db")
app.command("worker")(worker.worker)
app.command("beat")(beat.beat)
app.command("status")(status.status)
app.command("stats")(stats.stats)
app.command("health")(health.health)
app.command("metrics")(metrics.metrics)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"scanjobs {__version__}")
        raise typer.Exit


@app.callback()
def scanjobs(
    home: Annotated[
        Path | None, typer.Option("--home", metavar="FOLDER", help="The data folder (SCANJOBS_HOME).")
    ] = None,
    log_level: Annotated[
        str | None, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error.")
    ] = None,
    log_format: Annotated[
        str | None, typer.Option("--log-format", metavar="FORMAT", help="text or json.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Cookie scans become reports someone can sign, through a job queue that loses nothing."""
    config.use(config.load({"home": home, "log_level": log_level, "log_format": log_format}))


def main() -> NoReturn:
    """Run one command; whatever goes wrong ends as a sentence and a named exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # a terminal that knows few characters gets a ? for the others
            stream.reconfigure(errors="replace")
    try:
        sys.exit(values_at_hand(get_command(app))(standalone_mode=False) or ExitCode.OK)
    except ScanjobsError as error:
        _fail(error)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more at its exit.
        sys.stderr.close()
        sys.exit(ExitCode.OK)
    except OSError as error:
        _fail(ScanjobsError(f"The system refused: {error.strerror or error}."))
    except Exception as error:
        if hasattr(error, "show") and hasattr(error, "exit_code"):  # how Typer says that usage was wrong
            error.show()
            sys.exit(error.exit_code)
        _crash(error)


def _fail(error: ScanjobsError) -> NoReturn:
    from scanjobs import console

    console.show_error(error)
    sys.exit(error.exit_code)


def _crash(error: Exception) -> NoReturn:
    """A defect of ours: said as such, with the traceback for those who look for it."""
    import traceback

    from scanjobs import console

    told = ScanjobsError(
        f"scanjobs met a defect of its own: {type(error).__name__}: {error}",
        hint="Run it again with --log-level debug to see where, and tell us.",
    )
    console.show_error(told)
    if config.current().log_level == "debug":
        console.err.print("".join(traceback.format_exception(error)), markup=False, soft_wrap=True)
    sys.exit(told.exit_code)
