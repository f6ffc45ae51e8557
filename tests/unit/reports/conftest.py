"""Reports for tests: a busy scan, each renderer as one call, a browser with a report in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.evidence import HostContact
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.domain.purposes import Category
from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.document import Document
from scanjobs.reports.formats import renderer_for
from tests import factories
from tests.chromium import ARGUMENTS, require_chromium
from tests.unit.reports.documents import Render, document_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

PHASES = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)


@pytest.fixture
def busy_scan() -> ScanRecord:
    """Three phases, 120 cookies of every purpose, findings of every outcome, third parties."""
    categories = list(Category)
    cookies = []
    for number in range(120):
        domain = ("shop.example", "ads.tracker.example", "cdn.example")[number % 3]
        seen = [
            factories.observed(f"cookie-{number:03}", domain, phase=phase, is_session=number % 2 == 0)
            for phase in PHASES[: 1 + number % 3]
        ]
        cookies.append(
            factories.labelled(
                *seen,
                party=Party.FIRST if domain == "shop.example" else Party.THIRD,
                label=factories.label(categories[number % 5]),
            )
        )
    items = tuple(
        FindingItem(
            subject=cookie.key.name,
            detail="set before any choice",
            phase=ConsentPhase.BEFORE,
            url="https://shop.example/",
            observed_at=factories.NOON,
        )
        for cookie in cookies[:30]
    )
    return factories.scan_record(
        *cookies,
        captures=tuple(factories.capture(phase) for phase in PHASES),
        hosts=factories.labelled_hosts(
            *(
                HostContact(
                    host=host,
                    phase=phase,
                    requests=requests,
                    first_url=f"https://{host}/a",
                    first_at=factories.NOON,
                )
                for phase in PHASES
                for host, requests in (("shop.example", 9), ("ads.tracker.example", 3), ("cdn.example", 5))
            )
        ),
        findings=(
            factories.finding("S05", Outcome.PASS, severity=Severity.LOW, items=()),
            factories.finding("C02", Outcome.NOT_EVALUABLE, severity=Severity.CRITICAL, items=()),
            factories.finding("L04", Outcome.WARN, severity=Severity.LOW),
            factories.finding("S03", Outcome.FAIL, severity=Severity.MEDIUM),
            factories.finding("C01", Outcome.FAIL, severity=Severity.CRITICAL, items=items),
            factories.finding("T04", Outcome.INFO, severity=Severity.INFO),
        ),
    )


@pytest.fixture
def render() -> Render:
    """Draw a document into memory and check that the progress only grows."""

    def draw(document: Document, format: ReportFormat) -> bytes:
        file, told = io.BytesIO(), []
        renderer_for(format).render(document, file, lambda percent, _: told.append(percent))
        assert told == sorted(told)
        assert (told[0], told[-1]) == (0, 100)
        return file.getvalue()

    return draw


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A headless Chromium."""
    started = playwright.chromium.launch(executable_path=require_chromium(), args=ARGUMENTS)
    yield started
    started.close()


@pytest.fixture
def opened(browser: Browser, render: Render, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open a report in the browser; afterwards, nothing was loaded but the file and nothing complained."""
    requests: list[str] = []
    complaints: list[str] = []
    contexts: list[Any] = []
    path = tmp_path / "report.html"

    def open_(what: ScanRecord | Document, **options: Any) -> Any:
        document = what if isinstance(what, Document) else document_of(what)
        written = render(document, ReportFormat.HTML)
        path.write_bytes(written)
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url.split("#")[0]))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert set(requests) == {path.as_uri()}
    assert complaints == []
