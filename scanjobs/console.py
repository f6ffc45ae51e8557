"""Everything a person sees: results on stdout, the rest on stderr; tables, progress, how an error looks."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from scanjobs import config
from scanjobs.config import Settings
from scanjobs.domain.english import counted as counted
from scanjobs.domain.english import listed as listed
from scanjobs.domain.ids import short
from scanjobs.domain.jobs import JobState
from scanjobs.domain.purposes import Category
from scanjobs.errors import ScanjobsError
from scanjobs.jobs.context import running_job

if TYPE_CHECKING:
    from rich.progress import Progress


class _Console(Console):
    """A console that leaves it to `cli.main` what becomes of us when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


# What a website or a file says is never markup.
out = _Console(highlight=False, markup=False)
err = _Console(stderr=True, highlight=False, markup=False)

STATE_STYLES = {
    JobState.SUCCEEDED: "green",
    JobState.FAILED: "bold red",
    JobState.CANCELLED: "yellow",
    JobState.RUNNING: "cyan",
    JobState.RETRYING: "yellow",
}

CATEGORY_STYLES = {
    Category.NECESSARY: "green",
    Category.FUNCTIONAL: "blue",
    Category.ANALYTICS: "yellow",
    Category.MARKETING: "red",
    Category.UNCLASSIFIED: "dim",
}


def show_error(error: ScanjobsError) -> None:
    """A sentence and a way out, on stderr."""
    say("error", error.message, style="bold red")
    if error.hint:
        say("hint", error.hint, style="cyan")


def warn(message: str, hint: str | None = None) -> None:
    """Something the user should know, on stderr."""
    say("warning", message, style="bold yellow")
    if hint:
        say("hint", hint, style="cyan")


def say(word: str, message: str, *, style: str = "bold") -> None:
    """One line on stderr, beginning with a word."""
    err.print(Text.assemble((f"{word}: ", style), printable(message, keep="\n")), soft_wrap=True)


def show(*renderables: RenderableType) -> None:
    """A result, on stdout."""
    for renderable in renderables:
        out.print(renderable)


def show_line(text: str | Text) -> None:
    """A line on stdout that is never broken, so that a path can be copied."""
    out.print(text, soft_wrap=True)


def show_reason(message: str, hint: str) -> None:
    """Something that is wrong and what to do about it, as a result on stdout."""
    made = Table.grid(padding=(0, 1))
    made.add_row(Text("unhealthy:", style="bold red"), printable(message))
    made.add_row(Text("hint:", style="cyan"), printable(hint))
    show(made)


def show_text(text: str) -> None:
    """A text for programs on stdout, as it is."""
    _print(text)


def show_json(value: Any) -> None:
    """A value as JSON on stdout, dates as ISO 8601."""
    _print(f"{json.dumps(value, default=_plain, ensure_ascii=False, indent=2)}\n")


def show_json_line(value: Any) -> None:
    """A value as one line of JSON on stdout, there at once for whoever reads along."""
    _print(f"{json.dumps(value, default=_plain, ensure_ascii=False)}\n")


def _print(text: str) -> None:
    """As it is, at once."""
    try:
        print(text, end="", flush=True)  # noqa: T201 - for programs
    except BrokenPipeError:
        # Without its number: Typer makes an exit code of 1 of that, which means something else here.
        raise BrokenPipeError from None


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def table(*columns: str, title: str | None = None) -> Table:
    """An empty table in the one style we have; a column that begins with `>` is flush right."""
    made = Table(
        title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim"
    )
    for column in columns:
        flush_right = column.startswith(">")
        made.add_column(
            column.removeprefix(">"), justify="right" if flush_right else "left", no_wrap=flush_right
        )
    return made


def facts(rows: Iterable[tuple[str, RenderableType]]) -> Table:
    """Names and values beneath each other."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(name, printable(value) if isinstance(value, str) else value)
    return made


def state(value: JobState) -> Text:
    """A job's state in its colour."""
    return Text(str(value), style=STATE_STYLES.get(value, ""))


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago, for people."""
    if moment is None:
        return "–"
    return f"{duration((now or config.now()) - moment)} ago"


def duration(span: timedelta) -> str:
    """A span in its largest unit that says enough: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 d`."""
    seconds = max(span.total_seconds(), 0)
    if seconds < 10:
        return f"{seconds:.1f} s"
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def file_size(size: int) -> str:
    """Bytes for people: `812 B`, `34 KB`, `1.2 MB`."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} KB"
    return f"{size / 1_000_000:.1f} MB"


def program() -> str:
    """How the user can call us again: by name where the shell finds it, else by the path that was used."""
    called = Path(sys.argv[0])
    if shutil.which("scanjobs") or called.name != "scanjobs":
        return "scanjobs"
    with suppress(ValueError):
        return str(called.absolute().relative_to(Path.cwd()))
    return str(called)


def printable(text: str, keep: str = "") -> str:
    """Text from outside with its control characters made visible, so that it cannot steer the terminal."""
    keep += "\u00a0\u202f"  # spaces that no line is broken at, as French has them
    return "".join(char if char.isprintable() or char in keep else f"\\u{ord(char):04x}" for char in text)


def identifier(value: str) -> Text:
    """The beginning of an id, as one types it."""
    return Text(short(value), style="cyan")


@contextmanager
def progress(*, refreshed_by_hand: bool = False) -> Iterator[Progress]:
    """Bars on stderr for long work, gone when it is done; nothing where stderr is no terminal."""
    # Only wanted for long work, and as long to load as all the rest of Rich for short one.
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

    bars = Progress(
        SpinnerColumn(style="cyan"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}", style="dim", markup=False),
        console=err,
        transient=True,
        disable=not err.is_terminal,
        auto_refresh=not refreshed_by_hand,
    )
    with bars:
        yield bars


class _TextFormatter(logging.Formatter):
    """`12:03:44 info     [5f3a9c1e] Looking`: with the job in whose course it was said."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).astimezone()
        job = running_job.get()
        told = record.getMessage() if job is None else f"[{short(job.id)}] {record.getMessage()}"
        line = f"{moment:%H:%M:%S} {record.levelname.lower():<8} {told}"
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return printable(line, keep="\n")


class _JsonFormatter(logging.Formatter):
    """One object a line: time, level, event, message, logger, the job in whose course, further fields."""

    _OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in vars(record).items() if key not in self._OWN}
        job = running_job.get()
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": fields.pop("event", None),
            "message": record.getMessage(),
            "logger": record.name,
            **({} if job is None else job.log_fields),
            **fields,
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


_TALKATIVE = ("PIL", "alembic", "asyncio", "fontTools", "fpdf", "huey", "sqlalchemy", "urllib3")
"""Libraries of which only warnings are worth a line; they would show what they work on."""


def log_to_stderr(settings: Settings) -> None:
    """Send log lines to stderr as the settings say: ours, and those of tasks of one's own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if settings.log_format == "json" else _TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
