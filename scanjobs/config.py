"""Settings: defaults < config.toml < SCANJOBS_* < flags, resolved once into a frozen value."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from scanjobs.domain.branding import BrandingSettings
from scanjobs.domain.channel_settings import MailSecurity, MailSettings, WebhookSettings
from scanjobs.domain.clock import Clock, clock_of
from scanjobs.domain.health import HealthSettings
from scanjobs.domain.reports import MOST_DAYS
from scanjobs.errors import ConfigurationError

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
DEFAULT = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything one can configure."""

    home: Path
    """The data folder: database, reports, configuration."""
    database_url: str = field(repr=False)  # it may hold a password
    """SQLAlchemy URL; by default the SQLite file `scanjobs.db` in the data folder."""
    concurrency: int = 2
    """Jobs that one worker runs at once."""
    lease_seconds: float = 30.0
    """How long a worker that cannot be seen keeps its jobs."""
    result_seconds: float = 3600.0
    """How long the return value of a job is kept."""
    history_days: float = 30.0
    """How long jobs that have ended are kept; 0 for ever."""
    history_most: int = 0
    """How many jobs that have ended are kept at most, however young; 0 for any number."""
    reports_days: float = 0.0
    """After how many days the nightly cleanup deletes reports; 0 for never."""
    reports_count: int = 0
    """How many reports of each site and format it always keeps; 0 for no such number."""
    scans_days: float = 0.0
    """After how many days the nightly cleanup deletes scans; 0 for never."""
    scans_count: int = 0
    """How many scans of each site it always keeps; 0 for no such number."""
    notifications_days: float = 90.0
    """After how many days it deletes events and what was sent of them; 0 for never."""
    notifications_most: int = 0
    """How many events are kept at most, however young; 0 for any number."""
    profile: str = "eu"
    """Which country's severities the rules use."""
    keep_values: bool = False
    """Whether imports store the values of cookies."""
    branding: BrandingSettings = field(default_factory=BrandingSettings)
    """Whose reports these are; the table `[branding]` of the file."""
    mail: MailSettings = field(default_factory=MailSettings)
    """The mail server; the table `[mail]` of the file."""
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    """What webhooks may reach; the table `[webhooks]` of the file."""
    health: HealthSettings = field(default_factory=HealthSettings)
    """From where on something is a reason for an alarm; the table `[health]` of the file."""
    metrics_file: str = ""
    """A file of measurements for Prometheus; a relative path is meant from the data folder."""
    tasks: tuple[str, ...] = ()
    """Modules with tasks of one's own."""
    log_level: str = "info"
    log_format: str = "text"
    clock_file: str = ""
    """A file that moves the clock of all processes that name it, for rehearsals; none is the host's time."""
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Where values come from, by the names of settings, in tables as `mail.host`; others are defaults."""

    @property
    def clock(self) -> Clock:
        """What time it is.

        Raises:
            ConfigurationError: the file of the clock cannot be used.
        """
        try:
            return clock_of(
                Path(self.clock_file) if self.clock_file else None,
                self.database_url if self.database_url.startswith("postgresql") else None,
            )
        except OSError as error:
            raise ConfigurationError(
                f"The clock file {self.clock_file} cannot be used: {error.strerror}.",
                hint="Unset the setting 'clock_file' to use the time of this host.",
            ) from error

    @property
    def reports_folder(self) -> Path:
        """Where reports go unless told otherwise."""
        return self.home / "reports"

    def is_in_reports_folder(self, path: str) -> bool:
        """Whether a file is in there, by whatever link the data folder was named then or now."""
        folder, file = self.reports_folder, Path(path)
        return file.is_relative_to(folder) or file.parent.resolve().is_relative_to(folder.resolve())

    @property
    def database_path(self) -> Path | None:
        """The file of the SQLite database, or None on a server."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None

    @property
    def database_name(self) -> str:
        """The database as one may tell it to people: its file, or its server without any password."""
        if self.database_path is not None:
            return str(self.database_path)
        from urllib.parse import urlsplit  # only needed where there is a server

        parts = urlsplit(self.database_url)
        host = parts.netloc.rpartition("@")[2] or "the database server"
        return f"{parts.path.lstrip('/') or 'the default database'} on {host}"


def is_postgresql(url: str) -> bool:
    """Whether a URL names a database on a PostgreSQL server."""
    return url.startswith(("postgresql+psycopg://", "postgresql://"))


_current: ContextVar[Settings | None] = ContextVar("scanjobs_settings", default=None)


def current() -> Settings:
    """The settings of this process, loaded from file and environment at the first question."""
    settings = _current.get()
    if settings is None:
        settings = use(load())
    return settings


def now() -> datetime:
    """The present moment in UTC, by the clock of these settings."""
    return current().clock.now()


def use(settings: Settings) -> Settings:
    """Make these the settings of this process."""
    _current.set(settings)
    return settings


def load(flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Resolve the settings; a flag that is None was not given.

    Raises:
        ConfigurationError: a value or a key of the file has no meaning.
    """
    environment = os.environ if environment is None else environment
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    home = Path(given.pop("home", None) or environment.get("SCANJOBS_HOME") or _default_home())
    home = Path(os.path.abspath(home.expanduser()))  # noqa: PTH100 - links in it stay as they were typed

    values: dict[str, Any] = {"database_url": f"sqlite:///{home / 'scanjobs.db'}"}
    origins = {"home": _origin_of_home(flags or {}, environment)}
    for origin, found in (
        ("config.toml", _from_file(home / "config.toml")),
        ("environment", _from_environment(environment)),
        ("flag", given),
    ):
        for key, value in found.items():
            inner = value if isinstance(value, dict) else {}
            before = values.get(key)
            values[key] = {**before, **inner} if inner and isinstance(before, dict) else value
            origins |= {key: origin, **{f"{key}.{name}": origin for name in inner}}
    checked = {key: _checked(key, value) for key, value in values.items()}
    return Settings(home=home, origins=origins, **checked)


def _origin_of_home(flags: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    if flags.get("home"):
        return "flag"
    return "environment" if environment.get("SCANJOBS_HOME") else DEFAULT


def _default_home() -> Path:
    import platformdirs  # 9 ms, and only needed where nobody named a folder

    return platformdirs.user_data_path("scanjobs")


_TYPES: dict[str, type] = {
    "database_url": str,
    "concurrency": int,
    "lease_seconds": float,
    "result_seconds": float,
    "history_days": float,
    "history_most": int,
    "reports_days": float,
    "reports_count": int,
    "scans_days": float,
    "scans_count": int,
    "notifications_days": float,
    "notifications_most": int,
    "profile": str,
    "keep_values": bool,
    "branding": BrandingSettings,
    "mail": MailSettings,
    "webhooks": WebhookSettings,
    "health": HealthSettings,
    "metrics_file": str,
    "tasks": tuple,
    "log_level": str,
    "log_format": str,
    "clock_file": str,
}
_TABLES = (BrandingSettings, MailSettings, WebhookSettings, HealthSettings)
"""Their keys are in the environment as well: that of `host` in `[mail]` is SCANJOBS_MAIL_HOST."""


_NOT_NEGATIVE = {
    "result_seconds",
    *(key for key in _TYPES if key.endswith(("_days", "_count", "_most"))),
}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}.", hint="Mend that line, or move the file away."
        ) from error
    for key in values:
        if key not in _TYPES:
            raise ConfigurationError(
                f"{path} has the unknown setting '{key}'.", hint=f"Settings are: {', '.join(sorted(_TYPES))}."
            )
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, kind in _TYPES.items():
        name = f"SCANJOBS_{key.upper()}"
        if kind not in _TABLES:
            found |= {key: environment[name]} if environment.get(name) else {}
            continue
        usual = kind()
        inner = {
            field.name: _of_kind(f"{key}.{field.name}", type(getattr(usual, field.name)), words)
            for field in fields(kind)
            if (words := environment.get(f"{name}_{field.name.upper()}"))
        }
        found |= {key: inner} if inner else {}
    return found


def _of_kind(key: str, kind: type, words: str) -> Any:
    """What the environment can only say in words."""
    try:
        if kind is bool:
            return _boolean(words)
        return kind(words) if kind in (int, float) else words
    except ValueError:
        raise ConfigurationError(f"The setting '{key}' cannot be {words!r}; it is {_kind(kind)}.") from None


def _checked(key: str, value: Any) -> Any:
    wanted = _TYPES[key]
    try:
        if wanted is bool:
            value = _boolean(value)
        elif wanted in _TABLES:
            value = _table(key, wanted, value)
        elif wanted is tuple:
            value = _words(value)
        elif wanted is not str:
            value = wanted(value)
            if not math.isfinite(value):
                raise ValueError(value)
        elif not isinstance(value, str):
            raise ValueError
    except (TypeError, ValueError):
        raise ConfigurationError(f"The setting '{key}' cannot be {value!r}; it is {_kind(wanted)}.") from None
    if key == "concurrency" and not 1 <= value <= 256:
        raise ConfigurationError(f"The setting 'concurrency' cannot be {value}; it is from 1 to 256.")
    if key == "lease_seconds" and value < 1:
        raise ConfigurationError(f"The setting 'lease_seconds' cannot be {value:g}; it is at least 1.")
    if key in _NOT_NEGATIVE and value < 0:
        raise ConfigurationError(f"The setting '{key}' cannot be {value:g}; it is not negative.")
    if key.endswith("_days") and value > MOST_DAYS:
        raise ConfigurationError(f"The setting '{key}' cannot be {value:g}; it is at most {MOST_DAYS}.")
    if key == "log_level" and value not in LOG_LEVELS:
        raise ConfigurationError(
            f"There is no log level '{value}'.", hint=f"Levels: {', '.join(LOG_LEVELS)}."
        )
    if key == "log_format" and value not in LOG_FORMATS:
        raise ConfigurationError(
            f"There is no log format '{value}'.", hint=f"Formats: {', '.join(LOG_FORMATS)}."
        )
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise ValueError(value)


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, (list, tuple)) or not all(isinstance(word, str) for word in value):
        raise ValueError(value)
    return tuple(word.strip() for word in value if word.strip())


def _table(name: str, wanted: type, values: Any) -> Any:
    """A table of the file as a value, each of its keys checked."""
    if isinstance(values, wanted):
        return values
    if not isinstance(values, dict):
        raise TypeError(values)
    usual = {one.name: getattr(wanted(), one.name) for one in fields(wanted)}
    for key in values:
        if key not in usual:
            raise ConfigurationError(
                f"There is no setting '{name}.{key}'.", hint=f"There are: {', '.join(sorted(usual))}."
            )
    return wanted(**{key: _in_table(f"{name}.{key}", usual[key], value) for key, value in values.items()})


def _in_table(key: str, usual: Any, value: Any) -> Any:
    kind = type(usual)
    if kind is MailSecurity and value in list(MailSecurity):
        return MailSecurity(value)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        words = f"one of {', '.join(MailSecurity)}" if kind is MailSecurity else _kind(kind)
        raise ConfigurationError(f"The setting '{key}' cannot be {value!r}; it is {words}.")
    if kind in (int, float) and not 0 <= value < math.inf:
        raise ConfigurationError(f"The setting '{key}' cannot be {value}; it is not negative.")
    if key.endswith("_minutes") and value > MOST_DAYS * 1440:
        raise ConfigurationError(
            f"The setting '{key}' cannot be {value:g}; it is at most {MOST_DAYS * 1440}."
        )
    if key.endswith("timeout_seconds") and not value:
        raise ConfigurationError(f"The setting '{key}' cannot be 0; nothing is done in no time.")
    return value


_KINDS: dict[type, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list of texts",
} | dict.fromkeys(_TABLES, "a table")


def _kind(wanted: type) -> str:
    return _KINDS.get(wanted, "a text")


if set(_TYPES) != {field.name for field in fields(Settings)} - {"home", "origins"}:
    raise AssertionError("every setting needs a type")
