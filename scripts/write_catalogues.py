"""Brings the catalogues of reports up to date with the texts in the code.

Use: `python scripts/write_catalogues.py`.

New texts come in without a translation, and texts that are said no more go. Translate what is empty, then run
the tests: they hold that every text is translated.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from scanjobs import rules
from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.findings import Severity, VerdictStatus
from scanjobs.reports import changes, declaration, document, lifetimes, summary, wording
from scanjobs.reports.languages import LANGUAGES
from scanjobs.reports.renderers import html, html_cookies
from scanjobs.reports.words import NAMES

REPORTS = Path(__file__).parent.parent / "scanjobs" / "reports"
CATALOGUES = REPORTS / "languages"
PLURALS = {"de": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}
"""As gettext's manual has them; the third form that the CLDR gives French is for whole millions."""
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

"""
Message = str | tuple[str, str]
"""A text, or the two forms of one that has a number in it."""


def messages() -> set[Message]:
    """Everything that reports say through their words."""
    said: set[Message] = set(_tables())
    for path in sorted(REPORTS.rglob("*.py")):
        said.update(_in_python(path))
    for path in sorted(REPORTS.rglob("*.j2")):
        said.update(_in_template(path))
    return said


def _tables() -> Iterator[Message]:
    """Texts that stand in tables and are looked up by a value."""
    for names in (
        *NAMES.values(),
        wording.SHORT_PHASE,
        wording.SHAPE,
        changes.KINDS,
        changes.TOLD,
        changes.ASPECTS,
        declaration.EXPLANATIONS,
        html_cookies.HOW,
        summary.EXEMPTION_SHARES,
        dict(html.SECTIONS),
    ):
        yield from names.values()
    for kind in (ConsentPhase, Party, Severity, VerdictStatus):
        # As they are called within a sentence.
        yield from (name.lower() for name in NAMES[kind].values())
    for heading, one, many in changes.SORTS.values():
        yield heading
        yield one
        yield (one, many)
    yield from declaration.HEADINGS
    yield from (label for _, label, _ in lifetimes.SPANS)
    yield from (
        "session",
        "longer",
        "unknown",
        lifetimes.LIMIT,
        wording.NOTICE,
        wording.REMOVED,
        wording.NO_FLAGS,
    )
    yield from (document.VALUES_KEPT, document.VALUES_NOT_KEPT)
    for note in document.GLOSSARY:
        yield note.term
        yield note.text
    yield from (note.text for note in document.LICENCES)
    for rule in rules.all_rules():
        yield rule.title
        yield rule.how_to_fix


def _in_python(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if _is_words(node.func):
            yield from _texts(node.args[:1])
        elif isinstance(node.func, ast.Name) and node.func.id == "map" and _is_words(node.args[0]):
            elements = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else []
            yield from _texts(elements)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("plural", "count"):
            texts = list(_texts(node.args[1:3]))
            if len(texts) == 2:
                yield (texts[0], texts[1])


def _is_words(node: ast.expr) -> bool:
    """`words` or, for instance, `document.words`."""
    return (isinstance(node, ast.Name) and node.id == "words") or (
        isinstance(node, ast.Attribute) and node.attr == "words"
    )


def _texts(nodes_: list[ast.expr]) -> Iterator[str]:
    for node in nodes_:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from _texts([node.body, node.orelse])


def _in_template(path: Path) -> Iterator[Message]:
    tree = Environment().parse(path.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        texts = [argument.value for argument in call.args if isinstance(argument, nodes.Const)]
        if isinstance(call.node, nodes.Name) and call.node.name == "words" and texts:
            yield texts[0]
        elif (
            isinstance(call.node, nodes.Getattr) and call.node.attr in ("plural", "count") and len(texts) == 2
        ):
            yield (texts[0], texts[1])


def catalogue(language: str) -> Catalog:
    """The translations of one language as they stand in its file."""
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def main() -> int:
    """Write every catalogue; 1 where a text is not translated."""
    missing = 0
    for language in LANGUAGES:
        if language == "en":
            continue
        old = catalogue(language)
        header = HEADER.format(language=language, plurals=PLURALS[language]).encode()
        new = read_po(io.BytesIO(header), locale=language)
        for message in messages():
            known = old.get(message)
            new.add(message, known.string if known else None)
            if known is None or not (all(known.string) if isinstance(message, tuple) else known.string):
                missing += 1
                print(f"{language}: {message}")
        with (CATALOGUES / f"{language}.po").open("wb") as file:
            file.write(header)
            write_po(file, new, sort_output=True, width=110, omit_header=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
