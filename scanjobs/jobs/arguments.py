"""The arguments of a call by name, so that people who look at a job can read what it was given."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

_NAMED = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}


class Arguments:
    """What one function takes."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self._signature = inspect.signature(func)
        parameters = self._signature.parameters.values()
        self.all_have_names = {parameter.kind for parameter in parameters} <= _NAMED
        """Whether any call can be told by names alone."""
        self._names = frozenset(parameter.name for parameter in parameters)
        self._by_position = tuple(
            parameter.name for parameter in parameters if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
        )
        self._required = frozenset(
            parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty
        )

    @property
    def names(self) -> frozenset[str]:
        """Of everything the function takes."""
        return self._names

    def named(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name, as far as it has them, with what the function has by default.

        Raises:
            TypeError: the function does not take them.
        """
        bound = self._signature.bind_partial(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The same arguments by name where they have one.

        Raises:
            TypeError: the function does not take them.
        """
        if self.all_have_names and len(args) <= len(self._by_position):
            named = {**dict(zip(self._by_position, args, strict=False)), **kwargs}
            if (
                len(named) == len(args) + len(kwargs)
                and named.keys() <= self._names
                and named.keys() >= self._required
            ):
                return (), named
        # Something is wrong, or odd: the standard library says what, in its own words, and takes its time.
        bound = self._signature.bind(*args, **kwargs)
        return ((), dict(bound.arguments)) if self.all_have_names else (bound.args, bound.kwargs)
