"""The report as Markdown: for wikis, tickets and whatever else reads plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from scanjobs.reports.declaration_text import declaration_markdown
from scanjobs.reports.document import Document
from scanjobs.reports.markdown_text import code, link, plain, table
from scanjobs.reports.parts import (
    ChangesPart,
    DeclaredPart,
    FindingPart,
    HostRow,
    InventoryRow,
    Presence,
    StorageRow,
)
from scanjobs.reports.renderers import Progress
from scanjobs.reports.words import Words

ITEMS_SHOWN = 50
"""Things that one finding names; all of them stand in the JSON report."""


class MarkdownRenderer:
    """Writes a document as Markdown (GitHub's flavour)."""

    def render(self, document: Document, file: BinaryIO, on_progress: Progress) -> None:
        """Write one section after the other, in the order of the document."""
        sections = (
            _head,
            _verdict,
            _scope,
            _summary,
            _findings,
            _matrix,
            _inventory,
            _storage,
            _hosts,
            _declared,
            _changes,
            _declaration,
            _checklist,
            _annex,
        )
        for number, section in enumerate(sections):
            on_progress(100 * number / len(sections), "sections")
            for block in section(document):
                file.write(f"{block}\n\n".encode("utf-8", "replace"))
        on_progress(100, "done")


def _head(document: Document) -> Iterator[str]:
    words, about, branding = document.words, document.identification, document.branding
    whose = (
        (words("Organisation"), branding.organisation),
        (words("Controller"), ", ".join(filter(None, (branding.controller, branding.contact)))),
        (words("Note"), branding.footer),
    )
    yield f"# {plain(document.title)}"
    yield _facts(
        words,
        *((name, plain(value)) for name, value in whose if value),
        (words("Site"), code(about.site)),
        (words("First page"), code(about.page_url or words("unknown"))),
        (words("Captured"), words.long_moment(about.captured_at)),
        (words("Report made"), words.long_moment(about.created_at)),
        (words("Profile"), plain(about.profile_title)),
        (words("Scan"), code(about.scan_id)),
        (words("Report"), code(about.report_id)),
        (
            words("Versions"),
            plain(
                words(
                    "scanjobs {tool}, rules {rules}, cookie data {data}",
                    tool=about.tool_version,
                    rules=about.rules_version,
                    data=about.data_version,
                )
            ),
        ),
    )
    yield f"> {plain(about.notice)}"


def _verdict(document: Document) -> Iterator[str]:
    words, verdict = document.words, document.verdict
    yield f"## {words('Verdict')}"
    yield f"**{words('{name}:', name=words.name(verdict.status))} {plain(verdict.headline)}**"
    yield plain(verdict.sentence)
    if verdict.score is not None:
        yield words("Compliance score: {score} of 100", score=f"**{verdict.score}**")
    if verdict.reasons:
        yield _list(map(plain, verdict.reasons))
    if verdict.since:
        yield plain(verdict.since)
    yield table(
        (words("Phase"), words("What was seen")),
        [(words.name(status.phase), plain(status.sentence)) for status in verdict.phases],
    )
    if verdict.top:
        yield f"### {words('What weighs most')}"
        yield _list(
            f"**{check.rule_id}** {plain(check.title)}: {plain(check.summary)}" for check in verdict.top
        )
    if verdict.not_evaluable:
        yield f"### {words('What could not be evaluated')}"
        yield _list(
            f"{check.rule_id} {plain(check.title)}: {plain(check.summary)}" for check in verdict.not_evaluable
        )


def _scope(document: Document) -> Iterator[str]:
    words, scope = document.words, document.scope
    yield f"## {words('Scope and method')}"
    for sentence in scope.method:
        yield plain(sentence)
    if scope.unseen:
        yield f"### {words('What could not be seen')}"
        yield _list(map(plain, scope.unseen))


def _summary(document: Document) -> Iterator[str]:
    words, summary = document.words, document.summary
    yield f"## {words('Summary')}"

    def or_none(value: int | None) -> str:
        return words("not captured") if value is None else words.number(value)

    ratio = summary.third_party_ratio
    yield _facts(
        words,
        (words("Cookies"), words.number(summary.total_cookies)),
        (words("Third-party share"), "–" if ratio is None else words.percent(ratio)),
        (words("Cookies before any choice"), or_none(summary.cookies_before_consent)),
        (words("Cookies after accepting"), or_none(summary.cookies_after_consent)),
        (words("Cookies after rejecting"), or_none(summary.cookies_after_rejection)),
        (words("Third-party hosts"), words.number(summary.third_party_hosts)),
    )
    if summary.breakdown:
        yield table(
            (words("Purpose"), words("Party"), words("Cookies"), *map(words.name, summary.phases)),
            [
                (
                    words.name(row.category),
                    words.name(row.party),
                    *map(words.number, (row.total, *row.counts)),
                )
                for row in summary.breakdown
            ],
        )
    if summary.total_cookies:
        yield table(
            (words("Lifetime"), words("Cookies")),
            [(bar.label, words.number(bar.count)) for bar in summary.lifetimes if bar.count],
        )
    if summary.vendors:
        yield table(
            (words("Vendor"), words("Cookies")),
            [(plain(share.label), words.number(share.count)) for share in summary.vendors],
        )


def _findings(document: Document) -> Iterator[str]:
    words = document.words
    yield f"## {words('Findings')}"
    if not document.findings:
        yield words("No rule failed or warned.")
    for finding in document.findings:
        yield from _finding(finding, words)


def _finding(finding: FindingPart, words: Words) -> Iterator[str]:
    yield f"### {finding.rule_id} {plain(finding.title)}"
    answer = words(
        "{outcome}, {severity}",
        outcome=words.name(finding.outcome),
        severity=words.within(finding.severity),
    )
    yield f"**{answer}.** {plain(finding.summary)}"
    if finding.items:
        shown = finding.items[:ITEMS_SHOWN]
        yield table(
            (words("What"), words("Observed"), words("Phase")),
            [
                (code(item.subject), plain(item.detail), words.short(item.phase) if item.phase else "–")
                for item in shown
            ],
        )
        if left := len(finding.items) - len(shown):
            yield words.plural(
                left, "{number} more stands in the JSON report.", "{number} more stand in the JSON report."
            )
    facts = [
        (words("What to do"), plain(finding.how_to_fix)),
        (words("Authority"), link(finding.basis, finding.url)),
    ]
    if finding.first_seen_at:
        facts.append((words("Since"), words.date(finding.first_seen_at)))
    yield _facts(words, *facts)


def _matrix(document: Document) -> Iterator[str]:
    words = document.words
    if document.cookies:
        yield f"## {words('Consent matrix')}"
        yield table(
            (words("Name"), words("Domain"), words("Purpose"), *map(words.name, document.scope.phases)),
            [
                (code(row.name), code(row.domain), words.name(row.category), *_seen(row.presence, words))
                for row in document.cookies
            ],
        )


def _inventory(document: Document) -> Iterator[str]:
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


def _storage(document: Document) -> Iterator[str]:
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


def _hosts(document: Document) -> Iterator[str]:
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


def _declared(document: Document) -> Iterator[str]:
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


def _changes(document: Document) -> Iterator[str]:
    part = document.changes
    if part is not None:
        yield f"## {document.words('Changes since the last scan')}"
        yield plain(part.sentence)
        yield from _change_tables(part, document.words)


def _change_tables(part: ChangesPart, words: Words) -> Iterator[str]:
    if part.notes:
        yield _list(map(plain, part.notes))
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


def _declaration(document: Document) -> Iterator[str]:
    words = document.words
    yield f"## {words('Cookie declaration')}"
    if document.declaration.remarks:
        yield _list(map(plain, document.declaration.remarks))
    yield declaration_markdown(document.declaration, level=3).rstrip("\n")


def _checklist(document: Document) -> Iterator[str]:
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


def _annex(document: Document) -> Iterator[str]:
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
    yield _facts(words, *((plain(note.term), plain(note.text)) for note in document.glossary))
    yield f"## {words('Licences')}"
    yield _facts(words, *((plain(note.term), plain(note.text)) for note in document.licences))


def _seen(presence: Iterable[Presence], words: Words) -> Iterator[str]:
    return map(words.name, presence)


def _facts(words: Words, *facts: tuple[str, str]) -> str:
    return _list(f"**{words('{name}:', name=name)}** {value}" for name, value in facts)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
