"""What the page of a report may do: only what stands in a template runs, and nothing is loaded."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from scanjobs.errors import TemplateError
from scanjobs.reports.parts import OwnTemplates

_ELEMENT = re.compile(r"<(style|script)\b[^>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_LOADING = ("src", "srcset", "data", "poster", "background", "action", "formaction")


def policy(style: str, script: str, *, has_logo: bool, own: OwnTemplates | None) -> str:
    """The Content-Security-Policy of a page: ours, what own templates say word for word, and no network."""
    literal = list(_literals(own))
    styles = " ".join(_hash(text) for text in [style, *(text for tag, text in literal if tag == "style")])
    scripts = " ".join(_hash(text) for text in [script, *(text for tag, text in literal if tag == "script")])
    embedded = "img-src data:; font-src data:; " if own else "img-src data:; " if has_logo else ""
    return (
        f"default-src 'none'; {embedded}style-src {styles}; script-src {scripts}; "
        "base-uri 'none'; form-action 'none'"
    )


def refuse_what_would_not_work(page: str, policy: str, own: OwnTemplates) -> None:
    """Say what the policy would silently keep from working, or that the policy is not there.

    Raises:
        TemplateError: there is such a thing.
    """
    seen = _Seen()
    seen.feed(page)
    seen.close()
    if seen.policies != [policy]:
        raise TemplateError(
            f"By the templates in {own.folder}, the page has not the policy that keeps it harmless.",
            hint='Keep the line with "{{ policy }}" in the head, once, before anything else but the charset.',
        )
    for tag, text in seen.elements:
        if text and _hash(text) not in policy:
            raise _refused(
                own,
                f"a <{tag}> that is computed: {_beginning(text)}",
                "Its text has to stand in a template as it is, or in one of the .css and .js files.",
            )
    for what in seen.attributes:
        raise _refused(
            own, what, "Put styles and scripts into <style> and <script>, and pictures into data:."
        )


def _refused(own: OwnTemplates, what: str, hint: str) -> TemplateError:
    return TemplateError(
        f"By the templates in {own.folder}, the page has {what}, which would not work.", hint=hint
    )


def _literals(own: OwnTemplates | None) -> Iterator[tuple[str, str]]:
    """The styles and scripts that stand in own templates, each once."""
    found = {
        (match[1].lower(), match[2]): None
        for name, text in (own.texts if own else ())
        if name.endswith(".j2")
        for match in _ELEMENT.finditer(text)
        if not re.search(r"\{[{%#]", match[2])
    }
    yield from found


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line[:40]}…”" if len(line) > 40 else f"“{line}”"


class _Seen(HTMLParser):
    """What a page has that its policy decides about."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.policies: list[str] = []
        self.elements: list[tuple[str, str]] = []
        self.attributes: list[str] = []
        self._is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given.get("content", ""))
        self._is_code = tag == "style" or (tag == "script" and given.get("type") != "application/json")
        if self._is_code:
            self.elements.append((tag, ""))
        for name, value in given.items():
            loads = name in _LOADING or (name == "href" and tag in ("link", "base"))
            if name == "style" or name.startswith("on") or (loads and not value.startswith("data:")):
                self.attributes.append(f"<{tag} {name}={value[:60]!r}>")

    def handle_data(self, data: str) -> None:
        if self._is_code:
            tag, text = self.elements[-1]
            self.elements[-1] = (tag, text + data)

    def handle_endtag(self, tag: str) -> None:
        self._is_code = False
