"""Templates of one's own: which of ours can be replaced, what a folder brings instead, how one begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scanjobs.config import Settings
from scanjobs.errors import ConfigurationError, NotFoundError, StorageError
from scanjobs.reports.parts import OwnTemplates

OURS = Path(__file__).parent / "templates"
SUFFIXES = (".j2", ".css", ".js")
LARGEST = 1_000_000
"""Bytes of one template: every report carries its style sheets and scripts whole."""
MOST_FILES = 1000
"""In the folder; more of them are no folder of templates."""
OF_MESSAGES = "notifications"
"""Below the folder of reports' templates, where that is called `templates`, lie those of messages."""
_PURPOSE = re.compile(r"\s*(?:\{#|/\*|//)\s*(.*?)\s*(?:#\}|\*/)?\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateFile:
    """A template that reports are made of."""

    name: str
    """Its path in the folder."""
    purpose: str
    """What it draws; empty for what only one's own templates use."""
    is_own: bool


def load_templates(settings: Settings) -> OwnTemplates | None:
    """The texts in the folder that the configuration names; None where it names none.

    Raises:
        ConfigurationError: the folder is not there, or something in it cannot be a template.
    """
    folder = folder_of(settings)
    if folder is None:
        return None
    if not folder.is_dir():
        raise ConfigurationError(
            f"The templates folder {folder} is not there.",
            hint="Make it, or mend the setting 'branding.templates'.",
        )
    names = [(path.relative_to(folder), path) for path in files_in(folder)]
    return OwnTemplates(
        folder=str(folder),
        texts=tuple((name.as_posix(), _text(path)) for name, path in names if name.parts[0] != OF_MESSAGES),
    )


def folder_of(settings: Settings) -> Path | None:
    """Where one's own templates are; None where the configuration does not say."""
    return settings.home / settings.branding.templates if settings.branding.templates else None


def files_in(folder: Path) -> list[Path]:
    """The templates in a folder, by their names.

    Raises:
        ConfigurationError: it is a folder of something else.
    """
    found = []
    for number, path in enumerate(folder.rglob("*")):
        if number == MOST_FILES:
            raise ConfigurationError(
                f"The templates folder {folder} holds more than {MOST_FILES:,} files.",
                hint="Give the templates a folder of their own.",
            )
        if path.suffix in SUFFIXES and not path.name.startswith(".") and path.is_file():
            found.append(path)
    return sorted(found)


def listed(own: OwnTemplates | None) -> list[TemplateFile]:
    """Every template that reports are made of, ours and those that are only one's own."""
    texts = dict(own.texts) if own else {}
    names = sorted(path.relative_to(OURS).as_posix() for path in OURS.rglob("*.*"))
    return [
        *(
            TemplateFile(name=name, purpose=_purpose((OURS / name).read_text("utf-8")), is_own=name in texts)
            for name in names
        ),
        *(TemplateFile(name=name, purpose="", is_own=True) for name in texts if name not in names),
    ]


def copy_out(settings: Settings, name: str) -> Path:
    """Put a copy of one of our templates into the folder of one's own; answers where it is.

    Raises:
        ConfigurationError: the configuration names no folder.
        NotFoundError: there is no such template.
        StorageError: it is there already, or cannot be written.
    """
    folder = folder_of(settings)
    if folder is None:
        raise ConfigurationError(
            "The configuration names no folder for templates of your own.",
            hint='Write templates = "templates" under [branding] in config.toml.',
        )
    if name not in {template.name for template in listed(None)}:
        raise NotFoundError(
            f"There is no template {name}.", hint="`scanjobs reports templates` lists those there are."
        )
    target = folder / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="") as file:
            file.write((OURS / name).read_text("utf-8"))
    except FileExistsError as error:
        raise StorageError(f"{target} is there already.", hint="Move it away first.") from error
    except OSError as error:
        reason = (error.strerror or "refused").lower()
        raise StorageError(f"{target} cannot be written: {reason}.") from error
    return target


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"The template {path} cannot be read: {(error.strerror or 'refused').lower()}.",
            hint="Let the user of the worker read it.",
        ) from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigurationError(
            f"The template {path} is no UTF-8 in line {line}.", hint="Save it as UTF-8."
        ) from error
    if len(data) > LARGEST:
        raise ConfigurationError(
            f"The template {path} is larger than {LARGEST:,} bytes.",
            hint="Every report carries it whole: make it smaller.",
        )
    return text.replace("\r\n", "\n")


def _purpose(text: str) -> str:
    """What the first comment of a template says."""
    found = _PURPOSE.fullmatch(text.partition("\n")[0])
    return found[1] if found else ""
