"""The report as Markdown: for wikis, tickets and whatever else reads plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from scanjobs.reports.document import Document
from scanjobs.reports.markdown_text import bullets, code, facts, link, plain, table
from scanjobs.reports.parts import FindingPart
from scanjobs.reports.renderers import Progress, markdown_lists
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
            markdown_lists.matrix,
            markdown_lists.inventory,
            markdown_lists.storage,
            markdown_lists.hosts,
            markdown_lists.declared,
            markdown_lists.changes,
            markdown_lists.declaration,
            markdown_lists.checklist,
            markdown_lists.annex,
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
    yield facts(
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
        yield bullets(map(plain, verdict.reasons))
    if verdict.since:
        yield plain(verdict.since)
    yield table(
        (words("Phase"), words("What was seen")),
        [(words.name(status.phase), plain(status.sentence)) for status in verdict.phases],
    )
    if verdict.top:
        yield f"### {words('What weighs most')}"
        yield bullets(
            f"**{check.rule_id}** {plain(check.title)}: {plain(check.summary)}" for check in verdict.top
        )
    if verdict.not_evaluable:
        yield f"### {words('What could not be evaluated')}"
        yield bullets(
            f"{check.rule_id} {plain(check.title)}: {plain(check.summary)}" for check in verdict.not_evaluable
        )


def _scope(document: Document) -> Iterator[str]:
    words, scope = document.words, document.scope
    yield f"## {words('Scope and method')}"
    for sentence in scope.method:
        yield plain(sentence)
    if scope.unseen:
        yield f"### {words('What could not be seen')}"
        yield bullets(map(plain, scope.unseen))


def _summary(document: Document) -> Iterator[str]:
    words, summary = document.words, document.summary
    yield f"## {words('Summary')}"

    def or_none(value: int | None) -> str:
        return words("not captured") if value is None else words.number(value)

    ratio = summary.third_party_ratio
    yield facts(
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
    told = [
        (words("What to do"), plain(finding.how_to_fix)),
        (words("Authority"), link(finding.basis, finding.url)),
    ]
    if finding.first_seen_at:
        told.append((words("Since"), words.date(finding.first_seen_at)))
    yield facts(words, *told)
