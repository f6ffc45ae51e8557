"""The bundled data: facts only, with the licences they came under."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import resources

import pytest

from scanjobs.classification import data_version, default_database
from scanjobs.domain.purposes import ExemptionGround

DATA = resources.files("scanjobs.classification").joinpath("data")


@pytest.fixture(scope="module")
def tables():
    return json.loads(DATA.joinpath("cookies.json").read_text(encoding="utf-8"))


def test_rows_hold_the_named_facts_and_nothing_else(tables):
    assert tables["columns"] == {
        "cookies": [
            "name",
            "vendor",
            "category",
            "domains",
            "retention",
            "privacy_url",
            "prefix",
        ],
        "second": ["name", "vendor", "category", "prefix"],
        "entities": ["name", "category", "domains"],
    }
    for table, columns in tables["columns"].items():
        assert {len(row) for row in tables[table]} == {len(columns)}


def test_no_description_came_along(tables):
    """Descriptions are sentences of twelve words and more; no fact here is."""
    texts = [text for table in ("cookies", "second", "entities") for row in tables[table] for text in row]

    assert [text for text in texts if isinstance(text, str) and len(text.split()) > 11] == []


def test_names_are_clean(tables):
    names = [row[0] for table in ("cookies", "second") for row in tables[table]]

    assert [
        name for name in names if not name or name != name.strip() or re.search(r"[*\t\u00ad]|%[A-Z]", name)
    ] == []


def test_placeholders_at_the_end_of_a_name_became_prefixes():
    database = default_database()

    assert database.by_prefix("SSPR_17", "x.adkernel.com").entry.vendor == "Adkernel"
    assert database.by_prefix("pagead/conv/4711", "shop.example").entry.vendor == "Indeed"


def test_domains_are_host_names(tables):
    """The source has free text there, such as `.bing.com (3rd party) or .microsoft.com (3rd party)`."""
    domains = {domain for row in tables["cookies"] for domain in row[3]}

    assert [d for d in domains if not re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", d)] == []
    assert {"bing.com", "microsoft.com"} <= domains


def test_every_source_is_named_with_its_version_and_licence():
    assert [(s["package"], s["version"], s["licence"], s["entries"]) for s in default_database().sources] == [
        ("@slashgear/gdpr-cookie-scanner", "3.8.2", "Apache-2.0", 2264),
        ("third-party-web", "0.30.0", "MIT", 2143),
        ("@cookiepal-oss/cookie-db", "1.0.0", "MIT", 653),
    ]


def test_the_licences_of_all_sources_are_there():
    text = DATA.joinpath("LICENSES.md").read_text(encoding="utf-8")

    for source in default_database().sources:
        assert source["name"] in text
        assert source["package"] in text
    assert "Apache License" in text
    assert "Copyright (c) 2019 Patrick Hulce" in text
    assert "Copyright (c) 2026 cookiepal-oss" in text
    assert text.count("THE SOFTWARE IS PROVIDED") == 3


def test_the_version_names_the_contents(tables):
    assert re.fullmatch(re.escape(tables["version"]) + r"\+[0-9a-f]{8}", data_version())


def test_the_database_is_loaded_once():
    assert default_database() is default_database()


def test_every_curated_entry_has_a_reason_in_one_sentence():
    curated = tomllib.loads(DATA.joinpath("exempt.toml").read_text(encoding="utf-8"))

    for group in (*curated["exempt"], *curated["undetermined"]):
        assert group["reason"].endswith(".")
        assert group["reason"][0].isupper()
        assert curated["sources"][group["source"]]["title"]


def test_every_exempt_group_names_its_ground():
    curated = tomllib.loads(DATA.joinpath("exempt.toml").read_text(encoding="utf-8"))

    assert {group["ground"] for group in curated["exempt"]} == set(ExemptionGround)
