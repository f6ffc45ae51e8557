"""Reads the list of the captures that make up one scan: which files, in which consent phase.

[[capture]]
file = "before.har"
phase = "before"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.errors import CaptureError
from scanjobs.scanner.shown import printable

_HINT = 'A manifest names each file like this: [[capture]], file = "before.har", phase = "before".'
_PHASES = ", ".join(ConsentPhase)


def read_manifest(path: Path) -> tuple[tuple[Path, ConsentPhase], ...]:
    """The files and phases a manifest names, its paths taken from where the manifest lies."""
    listed = _read(path).get("capture")
    if not isinstance(listed, list) or not listed:
        raise CaptureError(f"{path} names no captures.", hint=_HINT)
    captures = tuple(_capture(path, number, table) for number, table in enumerate(listed, start=1))
    seen: set[Path] = set()
    for file, _ in captures:
        if file in seen:
            raise CaptureError(
                f"{path} names {printable(file.name)} twice.", hint="One file has one consent phase."
            )
        seen.add(file)
    return captures


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise CaptureError(f"There is no file {path}.", hint="Check the name.") from error
    except IsADirectoryError as error:
        raise CaptureError(f"{path} is a folder.", hint="Name the manifest in it.") from error
    except OSError as error:
        raise CaptureError(
            f"{path} could not be read: {error.strerror}.", hint="Check its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise CaptureError(f"{path} is not text in UTF-8.", hint=_HINT) from error
    except tomllib.TOMLDecodeError as error:
        raise CaptureError(f"{path} is not valid TOML: {printable(str(error))}.", hint=_HINT) from error
    _refuse_unknown(str(path), content, {"capture"})
    return content


def _capture(path: Path, number: int, table: Any) -> tuple[Path, ConsentPhase]:
    where = f"Capture {number} in {path}"
    if not isinstance(table, dict):
        raise CaptureError(f"{where} is not a table.", hint=_HINT)
    _refuse_unknown(where, table, {"file", "phase"})
    file = _word(where, table, "file")
    phase = _word(where, table, "phase")
    if phase not in list(ConsentPhase):
        raise CaptureError(f"{where} has the phase {printable(phase)}.", hint=f"Phases are {_PHASES}.")
    found = path.parent / file
    if not found.is_file():
        raise CaptureError(
            f"{where} names {printable(file)}, and there is no such file.",
            hint=f"Looked for {printable(str(found))}.",
        )
    return found, ConsentPhase(phase)


def _refuse_unknown(where: str, table: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(table) - known):
        words = printable(", ".join(unknown))
        raise CaptureError(f"{where} holds {words}, which means nothing here.", hint=_HINT)


def _word(where: str, table: dict[str, Any], name: str) -> str:
    word = table.get(name)
    if not isinstance(word, str) or not word:
        raise CaptureError(f"{where} has no {name}.", hint=_HINT)
    return word
