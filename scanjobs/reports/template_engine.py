"""Fills templates, one's own before ours and in a sandbox, and says where one's own are wrong."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from scanjobs.errors import TemplateError
from scanjobs.reports import wording
from scanjobs.reports.own_templates import OURS
from scanjobs.reports.parts import OwnTemplates

PREFIX = "scanjobs"
"""Before the name of one of ours, where one of the user's own has that name."""


def filled(name: str, context: Mapping[str, Any], own: OwnTemplates | None) -> str:
    """A template with these values in it.

    Raises:
        TemplateError: there are templates of one's own, and something is wrong with one of them.
    """
    try:
        return _environment(own).get_template(name).render(context)
    except MemoryError:
        raise
    except Exception as error:
        if own is None:
            raise
        raise _explained(error, own) from error


@lru_cache(maxsize=32)
def text_of(name: str, own: OwnTemplates | None) -> str:
    """A style sheet or a script as it is."""
    text = dict(own.texts).get(name) if own else None
    return (OURS / name).read_text("utf-8") if text is None else text


@lru_cache(maxsize=2)
def _environment(own: OwnTemplates | None) -> Environment:
    texts = dict(own.texts) if own else {}

    def find(name: str) -> tuple[str, str, None] | None:
        return (texts[name], str(_path(own, name)), None) if own and name in texts else None

    ours = FileSystemLoader(OURS)
    # Ours alone need no sandbox, in which filling them takes four times as long.
    kind = ImmutableSandboxedEnvironment if own else Environment
    environment = kind(
        loader=ChoiceLoader([FunctionLoader(find), ours, PrefixLoader({PREFIX: ours})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        visible=wording.visible,
        is_web=lambda url: bool(url) and url.startswith(("https://", "http://")),
    )
    return environment


def _path(own: OwnTemplates, name: str) -> Path:
    return Path(own.folder) / name


def _explained(error: Exception, own: OwnTemplates) -> TemplateError:
    """Which template is wrong, in which line, and what to do about it."""
    path, line = _place(error, own)
    reason = str(error) or type(error).__name__
    hint = (
        "Mend that line; `scanjobs reports templates` lists what can be replaced, --copy gives an original."
    )
    match error:
        case RecursionError():
            reason = "it includes or extends itself without end"
            hint = f'Inside a template of your own, ours is called "{PREFIX}/" and its name.'
        case TemplateNotFound():
            reason = f"there is no template {error.name}"
        case UndefinedError():
            hint = "A template has what ours use: `scanjobs reports templates --copy NAME` shows them."
        case SecurityError():
            hint = "A template can show what it is given, and reach nothing else."
    return TemplateError(f"The template {path} is wrong in line {line}: {reason.rstrip('.')}.", hint=hint)


def _place(error: Exception, own: OwnTemplates) -> tuple[str, int]:
    """The innermost template that was being filled, one's own before ours, and its line."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or own.folder, error.lineno
    frames = [(frame.filename, frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
    mine = {str(_path(own, name)) for name, _ in own.texts}
    for belongs in (mine.__contains__, lambda name: Path(name).is_relative_to(OURS)):
        found = [frame for frame in frames if belongs(frame[0])]
        if found:
            return found[-1]
    return own.folder, 1
