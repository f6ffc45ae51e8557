"""Lets options that were not given cost nothing: Typer loads pydantic to look even at those.

That takes longer than many a command. Nothing here is needed for a command to work; where Typer one day does
otherwise, its own way is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_PLAIN = (str, int, float, bool)


class _AtHand:
    """Answers with a value that needs no looking at; for any other one, as Typer would."""

    def __init__(self, typers: Callable[[], Any]) -> None:
        self._typers = typers

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the command is given it."""
        if not (param.multiple or param.nargs == -1):
            if value is None:
                return None
            if type(value) in _PLAIN and value is param.default:
                return value  # what the code itself says
        return self._typers().coerce(value, param=param, ctx=ctx)


def values_at_hand(command: Any) -> Any:
    """The command, and all below it, with options that look at a value only where somebody gave it."""
    usual = command.get_params

    def get_params(ctx: Any) -> list[Any]:
        params: list[Any] = usual(ctx)
        for param in params:
            if hasattr(param, "get_runtime_param") and "get_runtime_param" not in vars(param):
                at_hand = _AtHand(param.get_runtime_param)
                param.get_runtime_param = lambda at_hand=at_hand: at_hand
        return params

    command.get_params = get_params
    for below in getattr(command, "commands", {}).values():
        values_at_hand(below)
    return command
