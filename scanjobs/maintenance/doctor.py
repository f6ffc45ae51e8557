"""Examines an installation piece by piece, and says how to mend what is wrong."""

from __future__ import annotations

import os
import platform
import pwd
import re
import resource
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from importlib import metadata

from scanjobs import __version__
from scanjobs.config import DEFAULT, Settings
from scanjobs.db.condition import condition
from scanjobs.domain.english import counted
from scanjobs.domain.health import Check, CheckState, SettingInUse
from scanjobs.domain.notifications import Channel, Target
from scanjobs.errors import ConfigurationError, ScanjobsError, StorageError
from scanjobs.jobs import monitor, wakeup
from scanjobs.maintenance import health
from scanjobs.notifications.channels import email
from scanjobs.reports.renderers import pdf_scripts

FEWEST_FILES = 256
"""So many files a worker must be able to open, with its children and their connections."""
MOST_SKEW_SECONDS = 2.0
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_SECRETS = ("database_url", "mail.password")

Checks = Callable[[Settings], Iterator[Check]]


def examine(
    settings: Settings, *, connects: bool = False, load_tasks: Callable[[Settings], None] = lambda _: None
) -> list[Check]:
    """Look at everything; what one piece refuses keeps nobody from looking at the others.

    Args:
        settings: Of the installation.
        connects: Whether the mail server is greeted too.
        load_tasks: Imports the modules that the setting `tasks` names, as a worker does.
    """
    found: list[Check] = []
    for name, checks in _ALL.items():
        try:
            found += checks(settings)
        except StorageError as error:
            found.append(_failed(name, error.message, error.hint))
    return [*found, *_tasks(settings, load_tasks), *_mail(settings, connects=connects)]


def settings_in_use(settings: Settings) -> list[SettingInUse]:
    """Every setting with its value and where that comes from; secrets only as set."""
    found = []
    for one in fields(settings):
        value = getattr(settings, one.name)
        if is_dataclass(value):
            inner = [(f"{one.name}.{field.name}", getattr(value, field.name)) for field in fields(value)]
        else:
            inner = [(one.name, value)] if one.name != "origins" else []
        for name, plain in inner:
            origin = settings.origins.get(name, DEFAULT)
            found.append(SettingInUse(name=name, value=_shown(settings, name, plain), origin=origin))
    return found


def _shown(settings: Settings, name: str, value: object) -> str:
    if name == "database_url":
        return settings.database_name
    if name in _SECRETS:
        return "set" if value else ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- what is looked at ----------------------------------------------------------------------------------


def _installation(settings: Settings) -> Iterator[Check]:
    yield _ok("program", f"scanjobs {__version__} on Python {platform.python_version()}")
    missing, present = [], 0
    for required in metadata.requires("scanjobs") or ():
        name = _NAME.match(required)
        if name is None or "extra ==" in required:
            continue
        try:
            metadata.version(name[0])
            present += 1
        except metadata.PackageNotFoundError:
            missing.append(name[0])
    if missing:
        yield _failed("libraries", f"Missing: {', '.join(missing)}.", "Install again: pip install scanjobs")
    else:
        yield _ok("libraries", f"all {present} are installed")
    try:
        yield _ok("postgresql", f"psycopg {metadata.version('psycopg')}")
    except metadata.PackageNotFoundError:
        hint = "Only a database on a server needs it: pip install 'scanjobs[postgres]'"
        yield _note("postgresql", "The driver psycopg is not installed.", hint)


def _folder(settings: Settings) -> Iterator[Check]:
    home = settings.home
    if not home.exists():
        yield _note("data folder", f"{home} is not there yet; the first command that stores makes it.")
        return
    found = home.stat()
    if found.st_uid != os.geteuid():
        yield _failed(
            "data folder",
            f"{home} belongs to {_user(found.st_uid)}, and you are {_user(os.geteuid())}.",
            f"Run scanjobs as {_user(found.st_uid)}, or name another folder with --home.",
        )
    elif not os.access(home, os.W_OK | os.X_OK):
        yield _failed("data folder", f"{home} cannot be written.", f"chmod u+rwx {home}")
    elif found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield _note("data folder", f"Others may look into {home}.", f"chmod 700 {home}")
    else:
        yield _ok("data folder", f"{home} is yours alone")
    others = sorted(
        {_user(path.stat().st_uid) for path in home.glob("*") if path.exists()} - {_user(found.st_uid)}
    )
    if others:
        yield _failed(
            "files in it",
            f"Some belong to {', '.join(others)}.",
            f"chown -R {_user(found.st_uid)} {home}, and run scanjobs as one user only.",
        )
    usage = shutil.disk_usage(home)
    free = f"{usage.free / 1e9:,.1f} of {usage.total / 1e9:,.1f} GB are free"
    if usage.free / 1e6 < settings.health.disk_free_megabytes:
        yield _failed("disk", f"{free}.", "Free some space; `scanjobs reports clean` deletes old reports.")
    else:
        yield _ok("disk", free)


def _database(settings: Settings) -> Iterator[Check]:
    found = condition(settings)
    size = f"{found.bytes / 1e6:,.1f} MB"
    if settings.database_path is None:
        place = f"PostgreSQL {found.version}, {settings.database_name}"
        yield _ok("database", f"{place}, schema {found.revision}, {size}")
        return
    if found.problem:
        yield _failed(
            "database",
            f"{settings.database_name} is damaged: {found.problem}.",
            "Stop the workers, move it away and restore a backup: `scanjobs db restore`.",
        )
    else:
        told = f"SQLite {found.version}, schema {found.revision}, {size}, every page is whole"
        yield _ok("database", told)
    if found.journal_mode != "wal":
        yield _failed(
            "journal",
            f"Its journal is {found.journal_mode} instead of wal: readers and writers wait for each other.",
            "Put the data folder on a local disk: WAL works on no network file system.",
        )
    else:
        yield _ok(
            "journal",
            f"WAL of {found.wal_bytes / 1e6:,.1f} MB, {found.free_bytes / 1e6:,.1f} MB free for new rows",
        )


def _fonts(settings: Settings) -> Iterator[Check]:
    damaged = pdf_scripts.damaged_fonts()
    if damaged:
        yield _failed(
            "fonts", f"Missing or damaged: {', '.join(damaged)}.", "Install again: pip install scanjobs"
        )
    else:
        yield _ok("fonts", "all that reports come with are there")
    if pdf_scripts.is_drawn_here("漢"):
        yield _ok("CJK fonts", "PDF can show Chinese, Japanese and Korean")
    else:
        hint = "Install Noto Sans CJK, on Debian: apt install fonts-noto-cjk"
        yield _note("CJK fonts", "PDF shows Chinese, Japanese and Korean as code points.", hint)


def _clock(settings: Settings) -> Iterator[Check]:
    now = settings.clock.now()
    if settings.clock_file:
        yield _note("clock", f"It is moved by {settings.clock_file}: {now:%Y-%m-%d %H:%M} UTC.")
        return
    skew = (datetime.now(UTC) - now).total_seconds()
    if not 2025 <= now.year < 2100:
        yield _failed("clock", f"It is said to be the year {now.year}.", "Set the clock; NTP keeps it.")
    elif abs(skew) > MOST_SKEW_SECONDS:
        yield _note(
            "clock",
            f"The clocks of this host and the database server are {abs(skew):,.0f} seconds apart.",
            "That of the server counts; let NTP set both.",
        )
    else:
        yield _ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _process(settings: Settings) -> Iterator[Check]:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FEWEST_FILES:
        yield _failed(
            "open files", f"Only {soft} are allowed.", "ulimit -n 1024, or LimitNOFILE=1024 in a unit"
        )
    else:
        yield _ok("open files", "no limit" if soft == resource.RLIM_INFINITY else f"{soft:,} are allowed")
    if settings.database_path is None:
        return
    folder = wakeup.bell_folder(settings)
    if folder is None:
        yield _failed(
            "sockets",
            "No folder for them can be had, so workers notice new jobs late.",
            "Set XDG_RUNTIME_DIR to a folder that belongs to you alone.",
        )
    else:
        yield _ok("sockets", str(folder))


def _running(settings: Settings) -> Iterator[Check]:
    alive = [worker for worker in monitor.workers(settings) if worker.is_alive and not worker.is_private]
    if alive:
        served = {queue for worker in alive for queue in worker.queues}
        yield _ok("workers", f"{counted(len(alive), 'worker')} for {', '.join(sorted(served))}")
    else:
        yield _note("workers", "None runs.", "Start one: `scanjobs worker`; --systemd user prints a unit.")
    reasons = [one for one in health.examine(settings).reasons if one.name not in ("database", "disk")]
    for reason in reasons:
        yield _failed("health", reason.message, reason.hint)
    if not reasons:
        yield _ok("health", "queues, schedule and deliveries are well")


def _tasks(settings: Settings, load: Callable[[Settings], None]) -> Iterator[Check]:
    if not settings.tasks:
        return
    try:
        load(settings)
    except ConfigurationError as error:
        yield _failed("tasks", error.message, error.hint)
    else:
        yield _ok("tasks", f"{', '.join(settings.tasks)} can be imported")


def _mail(settings: Settings, *, connects: bool) -> Iterator[Check]:
    if not settings.mail.host:
        yield _note(
            "mail", "No server is set, so no mails go out.", "The table [mail] of config.toml names it."
        )
        return
    try:
        sender = email.sender_of(settings.mail)
        email.check(settings, Target(channel=Channel.EMAIL, address=sender))
        if connects:
            email.try_connection(settings)
    except ScanjobsError as error:
        yield _failed("mail", error.message, error.hint)
    else:
        said = "was reached and lets us in" if connects else "is set; --connect tries it"
        yield _ok("mail", f"{settings.mail.host} {said}")


_ALL: dict[str, Checks] = {
    "program": _installation,
    "data folder": _folder,
    "database": _database,
    "fonts": _fonts,
    "clock": _clock,
    "process": _process,
    "workers": _running,
}


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _ok(name: str, message: str) -> Check:
    return Check(name=name, state=CheckState.OK, message=message)


def _note(name: str, message: str, hint: str | None = None) -> Check:
    return Check(name=name, state=CheckState.NOTE, message=message, hint=hint)


def _failed(name: str, message: str, hint: str | None) -> Check:
    return Check(name=name, state=CheckState.FAILED, message=message, hint=hint)
