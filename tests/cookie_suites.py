"""Reads the cases of public cookie suites in tests/data/cookies, and our answers where they differ."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from scanjobs.scanner.cookie_log import CookieLog, Sighting
from scanjobs.scanner.set_cookie import CookieRefusedError, Scope, SetCookie, parse_set_cookie, scope_of
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import read_url

FOLDER = Path(__file__).parent / "data" / "cookies"

_REPEATED = re.compile(r"\{(.)\*(\d+)\}")
_CONTROL = "{control}"
_CONTROLS = [chr(code) for code in (*range(0x20), 0x7F)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """Lines that one response sets, and the Cookie header of a later request."""

    name: str
    """Suite and case, for instance `http-state/0001`."""
    set_at: str
    lines: tuple[str, ...]
    sent_to: str
    sent: str
    """What the suite wants to see sent; empty where nothing is."""
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A case that scanjobs answers otherwise."""

    sent: str
    reason: str
    paragraph: str
    """Of draft-ietf-httpbis-rfc6265bis-15."""
    rule: str
    """The rule that reports the cookie; empty where none does."""


@cache
def read(name: str) -> dict[str, Any]:
    """One file of the folder."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


@cache
def cases() -> dict[str, Case]:
    """Every case by its name."""
    found = [case for file in ("http_state", "web_platform", "others") for case in _cases_of(read(file))]
    named = {case.name: case for case in found}
    assert len(named) == len(found)
    return named


@cache
def differences() -> dict[str, Difference]:
    """What scanjobs answers otherwise, by the name of the case."""
    return {
        name: Difference(
            sent=_spelled_out(sent),
            reason=group["reason"],
            paragraph=group["paragraph"],
            rule=group.get("rule", ""),
        )
        for group in read("differences")["differences"]
        for name, sent in group["sent"].items()
    }


def expected(case: Case) -> str:
    """What scanjobs says is sent."""
    listed = differences().get(case.name)
    return listed.sent if listed else case.sent


def received(case: Case) -> Iterator[tuple[SetCookie, Scope, str]]:
    """The cookies of the response that scanjobs reads, with where they go and their lines."""
    url = read_url(case.set_at)
    for line in case.lines:
        try:
            cookie = parse_set_cookie(line)
            yield cookie, scope_of(cookie, url.host, url.path), line
        except CookieRefusedError:
            continue


def log_of(case: Case) -> CookieLog:
    """The log of a capture that holds this one response."""
    log = CookieLog(CaptureTarget(path=Path("case.har"), salt=b"a salt of the test"))
    seen = Sighting(position=1, url=read_url(case.set_at), at=case.now)
    for cookie, scope, line in received(case):
        log.set(cookie, scope, line, seen)
    return log


def _cases_of(file: dict[str, Any]) -> Iterator[Case]:
    for suite in file["suites"]:
        for name, told in suite["cases"].items():
            for ending, lines, sent in _variants(told["set"], told["sent"]):
                yield Case(
                    name=f"{suite['name']}/{name}{ending}",
                    set_at=suite["set_at"],
                    lines=tuple(map(_spelled_out, lines)),
                    sent_to=urljoin(suite["sent_to"], told.get("to", "")),
                    sent=_spelled_out(sent),
                    now=file["now"],
                )


def _variants(lines: list[str], sent: str) -> Iterator[tuple[str, list[str], str]]:
    if not any(_CONTROL in line for line in lines):
        yield "", lines, sent
        return
    for control in _CONTROLS:
        answer = sent.replace(_CONTROL, control) if control == "\t" else ""
        yield f"-{ord(control):02x}", [line.replace(_CONTROL, control) for line in lines], answer


def _spelled_out(text: str) -> str:
    return _REPEATED.sub(lambda found: found[1] * int(found[2]), text)
