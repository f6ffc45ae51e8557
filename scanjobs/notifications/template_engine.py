"""Fills templates of messages in a sandbox, one's own before ours, and says where one's own are wrong."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from scanjobs.config import Settings
from scanjobs.errors import TemplateError
from scanjobs.notifications.own_templates import OURS, folder_of

PREFIX = "scanjobs"
"""Before the name of one of ours, where one of the user's own has that name."""


def filled(settings: Settings, names: Sequence[str], context: Mapping[str, Any]) -> str:
    """The first of these templates that is there, with these values in it.

    Raises:
        TemplateError: something is wrong with a template of one's own.
    """
    own = folder_of(settings)
    try:
        return _environment(own).select_template(list(names)).render(context)
    except MemoryError:
        raise
    except Exception as error:
        if not own.is_dir():
            raise
        raise _explained(error, own, names[0]) from error


def wrong(settings: Settings, names: Sequence[str], reason: str) -> TemplateError:
    """What to raise where a filled template is not what it should be."""
    path = next((path for name in names if (path := folder_of(settings) / name).is_file()), OURS / names[-1])
    return TemplateError(f"The template {path} is wrong: {reason}.", hint=f"{OURS} has the original.")


@lru_cache(maxsize=8)
def _environment(own: Path) -> ImmutableSandboxedEnvironment:
    ours = FileSystemLoader(OURS)
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(own), ours, PrefixLoader({PREFIX: ours})]),
        autoescape=lambda name: name is None or name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return environment


def _explained(error: Exception, own: Path, name: str) -> TemplateError:
    """Which template is wrong, in which line, and what to do about it."""
    path, line = _place(error, own, name)
    reason = str(error) or type(error).__name__
    hint = f"Mend that line; the original is in {OURS}."
    match error:
        case RecursionError():
            reason = "it includes or extends itself without end"
            hint = f'Inside a template of your own, ours is called "{PREFIX}/" and its name.'
        case TemplateNotFound():
            reason = f"there is no template {error.name}"
        case UnicodeDecodeError():
            reason = "it is no UTF-8"
        case OSError():
            reason = f"it cannot be read: {(error.strerror or 'refused').lower()}"
        case UndefinedError():
            hint = f"A template has what ours use: see those in {OURS}."
        case SecurityError():
            hint = "A template can show what it is given, and reach nothing else."
    return TemplateError(f"The template {path} is wrong in line {line}: {reason.rstrip('.')}.", hint=hint)


def _place(error: Exception, own: Path, name: str) -> tuple[str, int]:
    """The innermost template that was being filled, one's own before ours, and its line."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or str(own), error.lineno
    frames = [(frame.filename, frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
    for folder in (own, OURS):
        found = [frame for frame in frames if Path(frame[0]).is_relative_to(folder)]
        if found:
            return found[-1]
    return str(own / name), 1
