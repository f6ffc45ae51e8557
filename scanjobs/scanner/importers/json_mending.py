"""Mends what valid JSON may hold and the parser cannot take: lone surrogates and numbers without end."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

MOST_DIGITS = 100_000
"""Python needs 40 ms to read such a number, and ever longer beyond."""

_LOW_SURROGATE = re.compile(r"\\u[dD][c-fC-F]")
# An escape at a time, so that pairs stay together and an escaped backslash begins nothing.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
# What may go on in the next chunk: an escape that is not whole, or the first of a pair.
_UNFINISHED = re.compile(
    r"(?<!\\)(?:\\\\)*(\\(?:u[0-9a-fA-F]{0,3}|u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?)?)\Z"
)
_TAIL = 4096
_DIGITS = "0123456789"


class EndlessNumberError(ValueError):
    """A number has more digits than anybody means."""


class Mender:
    """Takes text chunk by chunk; what may be cut in the middle waits for the next one."""

    def __init__(self) -> None:
        self._held = ""
        self._digits = 0

    def mend(self, text: str) -> str:
        """The chunk as the parser can take it.

        Raises:
            EndlessNumberError: it has a run of more digits than can be read in good time.
        """
        self._count_digits(text)
        text = self._held + text
        unfinished = _UNFINISHED.search(text, max(0, len(text) - _TAIL))
        if unfinished is not None:
            text, self._held = text[: unfinished.start(1)], unfinished.group(1)
        else:
            self._held = ""
        return _without_lone_surrogates(text)

    def end(self) -> str:
        """What was still held back."""
        text, self._held = self._held, ""
        return _without_lone_surrogates(text)

    def _count_digits(self, text: str) -> None:
        stripped = text.lstrip(_DIGITS)
        at_start = len(text) - len(stripped)
        if self._digits + at_start > MOST_DIGITS:
            raise EndlessNumberError
        if not stripped:
            self._digits += at_start
            return
        self._digits = len(text) - len(text.rstrip(_DIGITS))


@contextmanager
def long_numbers_allowed() -> Iterator[None]:
    """Let Python read numbers of more than 4300 digits: its refusal crashes the parser written in C."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)


def _without_lone_surrogates(text: str) -> str:
    if _LOW_SURROGATE.search(text) is None:
        return text
    return _ESCAPE.sub(lambda found: "\\ufffd" if _is_lone(found.group()) else found.group(), text)


def _is_lone(escape: str) -> bool:
    return len(escape) == 6 and _LOW_SURROGATE.match(escape) is not None
