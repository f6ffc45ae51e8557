"""Whose report it is: what the configuration says, in the document and in the formats."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from PIL import Image

from scanjobs import config
from scanjobs.domain.branding import BrandingSettings
from scanjobs.domain.reports import ReportFormat
from scanjobs.errors import ConfigurationError, ReportError
from scanjobs.reports.branding import LEAST_CONTRAST, contrast_with_white, load_branding, readable
from tests.unit.reports.documents import document_of, scan_with

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10"><script>alert(1)</script>' + (
    b'<rect width="30" height="10" fill="#c00"/></svg>'
)


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (30, 10), (200, 30, 60, 128)).save(file, "PNG")
    return file.getvalue()


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (30, 10)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def branded(settings):
    def load(data: bytes = b"", **values: str):
        settings.home.mkdir(exist_ok=True)
        if data:
            (settings.home / "logo").write_bytes(data)
            values["logo"] = "logo"
        return load_branding(replace(settings, branding=BrandingSettings(**values)))

    return load


def test_the_table_of_the_configuration_is_read(tmp_path):
    (tmp_path / "config.toml").write_text('[branding]\norganisation = "Ours"\ncolour = "#123456"\n')

    settings = config.load({"home": tmp_path}, {})

    assert settings.branding == BrandingSettings(organisation="Ours", colour="#123456")


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[branding]\nlogos = 'x'", "no setting 'branding.logos'"),
        ("[branding]\nlogo = 5", "'branding.logo' cannot be 5"),
        ("branding = 'ours'", "it is a table"),
    ],
)
def test_what_has_no_meaning_is_refused(tmp_path, toml, told):
    (tmp_path / "config.toml").write_text(toml)

    with pytest.raises(ConfigurationError, match=told):
        config.load({"home": tmp_path}, {})


@pytest.mark.parametrize("colour", ["#ffffff", "#ffff00", "#ff8800", "#16324f", "#000000", "#00FF00"])
def test_text_stays_readable_on_any_colour(colour):
    shade = readable(colour)

    assert contrast_with_white([int(shade[start : start + 2], 16) for start in (1, 3, 5)]) >= LEAST_CONTRAST
    assert readable(shade) == shade


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", "#123;}"])
def test_a_colour_that_is_none_is_refused(colour):
    with pytest.raises(ConfigurationError, match="cannot be"):
        readable(colour)


@pytest.mark.parametrize("data", [b"GIF89a", b"#!/bin/sh", b"\x89PNG\r\n\x1a\n" + b"0" * 1_000_000])
def test_a_logo_that_cannot_be_shown_is_refused(branded, data):
    with pytest.raises(ConfigurationError, match="The logo "):
        branded(data)


def test_a_logo_that_is_not_there_is_told(branded):
    with pytest.raises(ConfigurationError, match="No such file"):
        branded(logo="nowhere.png")


@pytest.mark.parametrize("data", [png(), jpeg(), SVG], ids=["png", "jpeg", "svg"])
def test_reports_carry_the_logo(branded, render, data):
    document = replace(document_of(scan_with("sid")), branding=branded(data, colour="#ff8800"))

    html = render(document, ReportFormat.HTML).decode()
    pdf = render(document, ReportFormat.PDF)

    assert 'class="logo" src="data:image/' in html
    assert "img-src data:" in html
    assert "<script>alert" not in html
    assert pdf == render(document, ReportFormat.PDF)


@pytest.mark.parametrize("data", [png()[:40], b"<svg><g", b"\xff\xd8\xff rubbish"])
def test_a_damaged_logo_fails_with_a_clear_error(branded, render, data):
    document = replace(document_of(scan_with("sid")), branding=branded(data))

    with pytest.raises(ReportError, match="logo cannot be drawn") as failed:
        render(document, ReportFormat.PDF)

    assert failed.value.is_permanent


def test_without_branding_nothing_is_shown_of_it(render):
    html = render(document_of(scan_with("sid")), ReportFormat.HTML).decode()

    assert "img-src" not in html
    assert "Organisation" not in html


def test_machines_and_readers_of_text_are_told_whose_it_is(branded, render):
    whose = branded(organisation="Ours", controller="Theirs", contact="dpo@shop.example", footer="Internal.")
    document = replace(document_of(scan_with("sid")), branding=whose)

    report = json.loads(render(document, ReportFormat.JSON))["report"]
    text = render(document, ReportFormat.MARKDOWN).decode()

    assert (report["organisation"], report["controller"]) == ("Ours", "Theirs")
    assert (report["contact"], report["note"]) == ("dpo@shop.example", "Internal.")
    assert "- **Organisation:** Ours\n- **Controller:** Theirs, dpo@<!-- -->shop.example\n" in text
