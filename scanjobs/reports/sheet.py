"""The inventory as rows that are read while they are written: a million take no more memory than one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scanjobs.config import Settings
from scanjobs.db import scans
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.reports import ReportOptions
from scanjobs.reports import wording
from scanjobs.reports.inventory import inventory_row
from scanjobs.reports.languages import words_in
from scanjobs.reports.listed import InventoryRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What a format of rows only needs."""

    options: ReportOptions
    phases: tuple[ConsentPhase, ...]
    """The captured phases, in the order of the visit."""
    rules_version: str
    data_version: str
    total: int
    rows: Iterable[InventoryRow]


@contextmanager
def open_sheet(settings: Settings, scan_id: str, options: ReportOptions) -> Iterator[Sheet]:
    """The rows of one scan; its whole id is given.

    Raises:
        NotFoundError: the scan is gone.
    """
    words = words_in(options.language)
    with scans.streamed_cookies(settings, scan_id) as stream:
        phases = tuple(phase for phase in ConsentPhase if phase in stream.phases)
        yield Sheet(
            options=options,
            phases=phases,
            rules_version=wording.versions(stream.rule_versions),
            data_version=stream.data_version,
            total=stream.total,
            rows=(inventory_row(cookie, phases, words) for cookie in stream.cookies),
        )
