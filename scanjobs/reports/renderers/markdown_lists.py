"""The lists of a Markdown report: matrix, inventory, hosts, declared, changes, checklist, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanjobs.reports.declaration_text import declaration_markdown
from scanjobs.reports.document import Document
from scanjobs.reports.listed import (
    ChangesPart,
    DeclaredPart,
    HostRow,
    InventoryRow,
    StorageRow,
)
from scanjobs.reports.markdown_text import bullets, code, facts, plain, table
from scanjobs.reports.words import Words


def matrix(document: Document) -> Iterator[str]:
    """Which cookie was there in which phase."""
    words = document.words
    if document.cookies:
        yield f"## {words('Consent matrix')}"
        yield table(
            (words("Name"), words("Domain"), words("Purpose"), *map(words.name, document.scope.phases)),
            [
                (code(row.name), code(row.domain), words.name(row.category), *map(words.name, row.presence))
                for row in document.cookies
            ],
        )


def inventory(document: Document) -> Iterator[str]:
    """Every cookie and what is said about it."""
    words = document.words
    yield f"## {words('Inventory')}"
    if not document.cookies:
        yield words("No cookie was seen.")
        return
    yield table(
        tuple(
            map(
                words,
                ("Name", "Domain", "Party", "Purpose", "Source", "Vendor", "Exempt", "Lifetime", "Flags"),
            )
        ),
        [_cookie(row, words) for row in document.cookies],
    )


def _cookie(row: InventoryRow, words: Words) -> Sequence[str]:
    return (
        code(row.name),
        code(row.domain),
        words.name(row.party),
        words.name(row.category),
        f"{words.name(row.source)} ({words.percent(row.confidence)})",
        plain(row.vendor or "–"),
        words.name(row.exemption),
        row.lifetime,
        plain(row.flags),
    )


def storage(document: Document) -> Iterator[str]:
    """What is stored beside cookies."""
    words = document.words
    if document.storage:
        yield f"## {words('Stored items')}"
        yield table(
            tuple(map(words, ("Name", "Origin", "Type", "Purpose", "Vendor", "Exempt"))),
            [_item(row, words) for row in document.storage],
        )


def _item(row: StorageRow, words: Words) -> Sequence[str]:
    return (
        code(row.name),
        code(row.origin),
        words.name(row.kind),
        words.name(row.category),
        plain(row.vendor or "–"),
        words.name(row.exemption),
    )


def hosts(document: Document) -> Iterator[str]:
    """Whom the pages talked to."""
    words = document.words
    yield f"## {words('Third parties and data flows')}"
    if not document.hosts:
        yield words("No third-party host was contacted.")
        return
    yield table(
        (
            words("Host"),
            words("Vendor"),
            words("Business"),
            *map(words.name, document.scope.phases),
            words("Cookies"),
        ),
        [_host(row, words) for row in document.hosts],
    )


def _host(row: HostRow, words: Words) -> Sequence[str]:
    return (
        code(row.host),
        plain(row.vendor or "–"),
        words.name(row.category),
        *(words.number(count) for count in row.requests),
        words.number(row.cookies),
    )


def declared(document: Document) -> Iterator[str]:
    """What the site declares beside what was observed."""
    part = document.declared
    if part is not None:
        yield f"## {document.words('Declared and observed')}"
        yield plain(part.sentence)
        yield _declared_rows(part, document.words)


def _declared_rows(part: DeclaredPart, words: Words) -> str:
    return table(
        tuple(map(words, ("Name", "Domain", "Comparison", "Declared", "Observed"))),
        [
            (
                code(row.name),
                code(row.place) if row.place else "–",
                words.name(row.agreement),
                plain(", ".join(filter(None, (row.declared_category, row.declared_lifetime))) or "–"),
                plain(
                    ", ".join(
                        filter(
                            None,
                            (
                                words.name(row.observed_category) if row.observed_category else "",
                                row.observed_lifetime,
                            ),
                        )
                    )
                    or "–"
                ),
            )
            for row in part.rows
        ],
    )


def changes(document: Document) -> Iterator[str]:
    """What changed since the scan before."""
    part = document.changes
    if part is not None:
        yield f"## {document.words('Changes since the last scan')}"
        yield plain(part.sentence)
        yield from _change_tables(part, document.words)


def _change_tables(part: ChangesPart, words: Words) -> Iterator[str]:
    if part.notes:
        yield bullets(map(plain, part.notes))
    if part.findings:
        yield table(
            tuple(map(words, ("Rule", "Change", "Before", "Now", "What differs"))),
            [
                (
                    f"{finding.rule_id} {plain(finding.title)}",
                    finding.kind_label,
                    words.name(finding.older) if finding.older else "–",
                    words.name(finding.newer) if finding.newer else "–",
                    plain(finding.what),
                )
                for finding in part.findings
            ],
        )
    if part.rows:
        yield table(
            tuple(map(words, ("Change", "Kind", "Name", "Domain", "What differs"))),
            [
                (
                    row.kind_label,
                    row.sort_label,
                    code(row.name),
                    code(row.place) if row.place else "–",
                    plain(row.what),
                )
                for row in part.rows
            ],
        )


def declaration(document: Document) -> Iterator[str]:
    """A cookie declaration to publish, and what has to be completed in it."""
    words = document.words
    yield f"## {words('Cookie declaration')}"
    if document.declaration.remarks:
        yield bullets(map(plain, document.declaration.remarks))
    yield declaration_markdown(document.declaration, level=3).rstrip("\n")


def checklist(document: Document) -> Iterator[str]:
    """Every rule's answer."""
    words = document.words
    yield f"## {words('Checklist')}"
    yield table(
        tuple(map(words, ("Rule", "Outcome", "Severity", "What was found"))),
        [
            (
                f"{check.rule_id} {plain(check.title)}",
                words.name(check.outcome),
                words.name(check.severity),
                plain(check.summary),
            )
            for check in document.checklist
        ],
    )


def annex(document: Document) -> Iterator[str]:
    """The evidence, words and licences."""
    words = document.words
    yield f"## {words('Evidence')}"
    yield table(
        tuple(map(words, ("File", "Phase", "Size", "SHA-256"))),
        [
            (
                code(capture.file_name),
                words.name(capture.phase),
                words.size(capture.size),
                code(capture.sha256),
            )
            for capture in document.scope.captures
        ],
    )
    yield f"## {words('Glossary')}"
    yield facts(words, *((plain(note.term), plain(note.text)) for note in document.glossary))
    yield f"## {words('Licences')}"
    yield facts(words, *((plain(note.term), plain(note.text)) for note in document.licences))
