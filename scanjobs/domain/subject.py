"""What the work that goes on here is about, for its log lines: a scan, a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_subject: ContextVar[Mapping[str, str]] = ContextVar("scanjobs_subject", default=MappingProxyType({}))
_ID_LENGTH = 36


@contextmanager
def of_job(arguments: Mapping[str, object]) -> Iterator[None]:
    """Begin with what a job was asked for, and forget all of it at the end of the job."""
    token = _subject.set(named_in(arguments))
    try:
        yield
    finally:
        _subject.reset(token)


def about(*, scan_id: str | None = None, site: str | None = None) -> None:
    """Say what the work is about from now on, as soon as that is known."""
    told = {"scan_id": scan_id, "site": site}
    _subject.set({**_subject.get(), **{name: value for name, value in told.items() if value}})


def subject() -> Mapping[str, str]:
    """What was said: `scan_id`, `site`, or one, or nothing."""
    return _subject.get()


def named_in(arguments: Mapping[str, object]) -> dict[str, str]:
    """The scan and the site that the arguments of a job name; `latest` and the like name none."""
    scan_id, site = arguments.get("scan_id"), arguments.get("site")
    told = {}
    if isinstance(scan_id, str) and len(scan_id) == _ID_LENGTH:
        told["scan_id"] = scan_id
    if isinstance(site, str):
        told["site"] = site
    return told
