"""Entries as code declares them: `@periodic("0 3 * * *")`, and what Huey's `periodic_task` means here."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from scanjobs.domain.schedules import CatchUp, Declaration, Overlap
from scanjobs.errors import ConfigurationError
from scanjobs.jobs.timing import EVERY, timing_of

_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_FIELDS = ((1, 13), (1, 32), (0, 7), (0, 24), (0, 60))
"""The order of Huey's crontab: month, day, weekday, hour, minute."""


def declaration(
    task: str,
    cron: str | None,
    every: str | None,
    *,
    declared_in: str,
    name: str | None = None,
    zone: str | None = None,
    start: datetime | None = None,
    kwargs: dict[str, Any] | None = None,
    catch_up: str = CatchUp.ONCE,
    overlap: str = Overlap.SKIP,
    priority: int | None = None,
) -> Declaration:
    """An entry for a task, by a cron expression or by `every`.

    Raises:
        UsageError: its times have no meaning.
        ConfigurationError: something else of it has none.
    """
    if (cron is None) == (every is None):
        raise ConfigurationError(
            f"An entry for {task} has to say when.",
            hint='Say periodic("0 3 * * *") or periodic(every="15m").',
        )
    when = cron if cron is not None else f"{EVERY}{every}"
    timing_of(when, zone or "UTC", _ANY_DAY)
    try:
        json.dumps(kwargs, allow_nan=False)
        policies = CatchUp(catch_up), Overlap(overlap)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"An entry for {task} cannot be declared so: {error}.",
            hint="kwargs are plain data, catch_up is once, all or skip, overlap is skip, allow or queue.",
        ) from error
    return Declaration(
        name=name or task.rpartition(".")[2],
        task=task,
        when=when,
        zone=zone,
        start=start,
        kwargs=kwargs or {},
        catch_up=policies[0],
        overlap=policies[1],
        priority=priority,
        declared_in=declared_in,
    )


def expression_of(validate: Callable[..., Any]) -> str:
    """The cron expression of a `crontab(…)` of Huey's, whose answer is a function.

    Raises:
        ConfigurationError: it is another function, which cannot be asked when it will be due.
    """
    # Huey keeps the sets of times in the function; a test would notice if it did so no more.
    variables = inspect.getclosurevars(validate).nonlocals if inspect.isfunction(validate) else {}
    settings = variables.get("cron_settings")
    if not isinstance(settings, list) or len(settings) != len(_FIELDS):
        raise ConfigurationError(
            "periodic_task takes crontab(…) here, and no other function.",
            hint='Other times are said by @periodic("30 2 * * *") or @periodic(every="15m") above @task().',
        )
    month, day, weekday, hour, minute = (
        _field(values, *bounds) for values, bounds in zip(settings, _FIELDS, strict=True)
    )
    if day != "*" and weekday != "*":
        raise ConfigurationError(
            "crontab(…) with both day and day_of_week means days on which both hold, which cron cannot say.",
            hint="Give one of them, and look at the date in the task.",
        )
    return f"{minute} {hour} {day} {month} {weekday}"


def _field(values: Sequence[int], first: int, end: int) -> str:
    every = range(first, end)
    found = [value for value in every if value in values]
    if found == list(every):
        return "*"
    step = found[1] - found[0] if len(found) > 1 else 0
    if step > 1 and found == list(every[::step]):
        return f"*/{step}"
    return ",".join(map(str, found))
