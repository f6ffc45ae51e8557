"""The command line: global options, command groups, and the one place where an error becomes words."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer.main import get_command

from scanjobs import __version__, config
from scanjobs.commands.values_at_hand import values_at_hand
from scanjobs.errors import ExitCode, ScanjobsError

COMMANDS = {
    "demo": "demo.demo",
    "import": "import_.import_captures",
    "scans": "scans.app",
    "show": "scans.show_scan",
    "diff": "diff.diff",
    "find": "find.find",
    "check": "check.check",
    "rules": "rules.app",
    "cookies": "cookies.app",
    "report": "report.report",
    "portfolio": "portfolio.portfolio",
    "reports": "reports.app",
    "export": "export.export",
    "declaration": "declaration.declaration",
    "jobs": "jobs.app",
    "queues": "queues.app",
    "schedule": "schedule.app",
    "notify": "notify.app",
    "db": "db.app",
    "worker": "worker.worker",
    "beat": "beat.beat",
    "status": "status.status",
    "stats": "stats.stats",
    "health": "health.health",
    "metrics": "metrics.metrics",
    "doctor": "doctor.doctor",
}
"""Each command, and where its function or group is below `scanjobs.commands`; in the order of the help."""
_WITH_VALUE = ("--home", "--log-level", "--log-format")


def made(*names: str) -> typer.Typer:
    """The command line with these commands, or with every one there is.

    Whoever calls one need not wait until all the others are loaded.
    """
    app = typer.Typer(
        name="scanjobs",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in names or COMMANDS:
        module, _, attribute = COMMANDS[name].partition(".")
        found = getattr(import_module(f"scanjobs.commands.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    app.callback()(scanjobs)
    return app


def called(arguments: Sequence[str]) -> str | None:
    """The command that is called; None where that is not plain to see, as with `--help` or a misspelt one."""
    words = iter(arguments)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith(tuple(f"{option}=" for option in _WITH_VALUE)):
            return word if word in COMMANDS else None
    return None


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"scanjobs {__version__}")
        raise typer.Exit


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
    name = None if "_SCANJOBS_COMPLETE" in os.environ else called(sys.argv[1:])
    names = () if name is None else (name,)
    try:
        sys.exit(values_at_hand(get_command(made(*names)))(standalone_mode=False) or ExitCode.OK)
    except ScanjobsError as error:
        _fail(error)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough; what is left of it would complain once more at the exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
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
        hint="Run it again as `scanjobs --log-level debug …` to see where, and tell us.",
    )
    console.show_error(told)
    if config.current().log_level == "debug":
        console.err.print("".join(traceback.format_exception(error)), markup=False, soft_wrap=True)
    sys.exit(told.exit_code)
