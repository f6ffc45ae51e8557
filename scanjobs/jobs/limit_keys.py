"""What a task declares about jobs of one key, and which key a call has."""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter
from typing import Any

from scanjobs.errors import ConfigurationError, JobError
from scanjobs.jobs.arguments import Arguments
from scanjobs.jobs.values import KeyLimit

_RATE = re.compile(r"(?P<number>[1-9]\d*)/(?P<every>[1-9]\d*)?(?P<unit>[smhd])")
_UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


class DeclaredLimit:
    """The limit of a task, from which each call gets the one of its key."""

    def __init__(
        self,
        func: Callable[..., Any],
        key: str | Callable[..., str | None] | None,
        at_once: int | None,
        rate: str | None,
    ) -> None:
        """Check what was declared.

        Raises:
            ConfigurationError: it makes no sense.
        """
        name = f"{func.__module__}.{func.__name__}"
        if at_once is None and rate is None:
            raise ConfigurationError(
                f"The task {name} has a limit_key without a limit.", hint='Say at_once=1, or rate="10/m".'
            )
        if at_once is not None and at_once < 1:
            raise ConfigurationError(f"The task {name} cannot have at_once={at_once}; it is 1 or more.")
        self._key = name if key is None else key
        self._at_once = at_once
        self._rate: int | None = None
        self._rate_seconds: float | None = None
        if rate is not None:
            self._rate, self._rate_seconds = _rate(name, rate)
        self._arguments = Arguments(func)
        if isinstance(key, str):
            unknown = _fields(key) - self._arguments.names
            if unknown:
                raise ConfigurationError(
                    f"The limit_key {key!r} of the task {name} names {', '.join(sorted(unknown))}, "
                    "which is no argument of it."
                )

    def of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> KeyLimit | None:
        """The limit of one call; None where its key is nothing.

        Raises:
            JobError: its key cannot be made from its arguments.
        """
        try:
            named = self._arguments.named(args, kwargs)
            key = self._key.format_map(named) if isinstance(self._key, str) else self._key(**named)
        except Exception as error:
            raise JobError(
                f"The limit_key of the job cannot be made from its arguments: {error!r}."
            ) from error
        if not key:
            return None
        return KeyLimit(key=key, at_once=self._at_once, rate=self._rate, rate_seconds=self._rate_seconds)


def _fields(template: str) -> set[str]:
    names = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
    return {re.split(r"[.\[]", name)[0] for name in names}


def _rate(name: str, words: str) -> tuple[int, float]:
    found = _RATE.fullmatch(words)
    if found is None:
        raise ConfigurationError(
            f"The task {name} cannot have the rate {words!r}.",
            hint="Rates are 10/m, 5/s, 100/h, 1/30s, 20/d.",
        )
    return int(found["number"]), int(found["every"] or 1) * _UNIT_SECONDS[found["unit"]]
