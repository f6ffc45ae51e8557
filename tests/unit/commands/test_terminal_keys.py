"""What a terminal sends, as the names of keys."""

from __future__ import annotations

import pytest

from scanjobs.commands.keys import keys_in


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("qj", ["q", "j"]),
        ("\x1b[A\x1b[B\x1bOA", ["up", "down", "up"]),
        ("\t\x1b[Z\r", ["tab", "back-tab", "enter"]),
        ("\x1b", ["escape"]),
        ("\x1b[1;5Cp", ["p"]),  # Ctrl with an arrow is no key of ours, nor are its letters
        ("\x1b[3~\x1b[15~q", ["q"]),
        ("\x1b[", []),
        ("é", ["é"]),
    ],
)
def test_keys_are_told_apart(typed, keys):
    assert list(keys_in(typed)) == keys
