"""Reads a cookies.txt: seven fields a line, as curl, wget, yt-dlp and browser extensions write them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import BinaryIO, ClassVar

from scanjobs.domain.evidence import Evidence, GapKind
from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.importers.cookie_json import in_seconds, is_wide
from scanjobs.scanner.importers.cookie_list import COOKIES_ONLY, CookieList, ListFile
from scanjobs.scanner.importers.json_stream import CHUNK_BYTES, HEAD_BYTES, encoding_of, text_of
from scanjobs.scanner.jar import JarCookie
from scanjobs.scanner.shown import printable
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import WebUrl, read_url

_TITLE = re.compile(r"#\s*(Netscape )?HTTP Cookie File\b", re.IGNORECASE)
_HTTP_ONLY = "#HttpOnly_"
_FLAGS = {"TRUE": True, "FALSE": False, "1": True, "0": False}
_EXPIRY = re.compile(r"-?[0-9]{0,20}(\.[0-9]*)?")
_LINE_END = re.compile(r"\r\n|\n|\r")
_LONGEST_LINE = 64 * 1024
_LINES_TO_JUDGE = 20
_LONGEST_NAME = 100

# What tools say of themselves in comments; some name the open page in an example of how to use the file.
_TOOL = re.compile(
    r"(?:generated|downloaded|created|exported|written|dumped) (?:by|with) ([^!(\n]+)", re.IGNORECASE
)
_TOOL_END = re.compile(r"\.?\s*(Do not edit.*|on [0-9].*|\.)?\s*\Z", re.IGNORECASE)
_RELATED = re.compile(r"for domains related to", re.IGNORECASE)
_EXAMPLE = re.compile(r"Example:\s.*cookies\.txt\s+\"?(\S+?)\"?\s*\Z", re.IGNORECASE)
_CURL, _WGET, _COOKIE_EDITOR = "libcurl", "Wget", "Cookie-Editor"
_WITHOUT_SCRIPTS = frozenset({_CURL, _WGET})
_MARKS_HTTP_ONLY = frozenset({_CURL, _COOKIE_EDITOR})


class NetscapeImporter:
    """cookies.txt, with tabs or, where an editor broke them, spaces between its fields."""

    format: ClassVar[str] = "netscape"

    def matches(self, head: bytes) -> bool:
        """True for the title that such files begin with, or for a first line of seven fields."""
        lines = _LINE_END.split(text_of(head).lstrip("\ufeff"))
        if len(head) >= HEAD_BYTES and len(lines) > 1:
            lines.pop()  # it may be cut
        told = [line for line in lines if line.strip()][:_LINES_TO_JUDGE]
        if told and _TITLE.match(told[0].strip()):
            return True
        first = next((line for line in told if not _is_comment(line)), None)
        return first is not None and _cookie(first) is not None

    def collect(self, target: CaptureTarget) -> Evidence:
        """What the file holds; read once, a line at a time."""
        reader = _Reader(target)
        digest = sha256()
        size = 0

        def note(chunk: bytes) -> None:
            nonlocal size
            digest.update(chunk)
            size += len(chunk)
            if target.on_progress is not None:
                target.on_progress(size, max(total, size))

        total = target.path.stat().st_size
        with target.path.open("rb") as file:
            for line, is_ended in _lines(file, note):
                reader.take(line, is_ended=is_ended)
        return reader.evidence(digest.hexdigest(), size)


class _Reader:
    """Takes lines one by one."""

    def __init__(self, target: CaptureTarget) -> None:
        self._listed = CookieList(target)
        self._target = target
        self._has_title = False
        self._marks_http_only = False
        self._is_related = False
        self._is_cut = False
        self._tool: str | None = None
        self._version: str | None = None
        self._page: WebUrl | None = None

    def take(self, line: str, *, is_ended: bool) -> None:
        """Note a line; one without an end is the last of the file, and may be cut."""
        if not line.strip():
            return
        if _is_comment(line):
            self._note_comment(line.strip())
            return
        cookie = _cookie(line)
        if cookie is None and not is_ended:
            self._is_cut = True
            return
        if cookie is not None and self._tool == _COOKIE_EDITOR:
            cookie = replace(cookie, is_session=None, expires_at=None)
        self._marks_http_only = self._marks_http_only or line.lstrip().startswith(_HTTP_ONLY)
        self._listed.add(cookie)

    def evidence(self, sha256: str, size: int) -> Evidence:
        """Everything that was noted, now that the last line was read."""
        self._refuse_what_is_no_list()
        if self._marks_http_only or self._tool in _MARKS_HTTP_ONLY:
            self._listed.revise(
                lambda cookie: cookie if cookie.http_only else replace(cookie, http_only=False)
            )
        about = ListFile(
            format=NetscapeImporter.format,
            sha256=sha256,
            size=size,
            is_damaged=self._is_cut,
            tool=self._tool,
            tool_version=self._version,
            page=self._page,
        )
        return self._listed.evidence(about, self._gaps())

    def _note_comment(self, line: str) -> None:
        self._has_title = self._has_title or _TITLE.match(line) is not None
        self._is_related = self._is_related or _RELATED.search(line) is not None
        if self._page is None and (found := _EXAMPLE.search(line)):
            self._page = read_url(found[1])
        if self._tool is None and (found := _TOOL.search(line)):
            told = printable(_TOOL_END.sub("", found[1]).strip())[:_LONGEST_NAME]
            name, _, last = told.rpartition(" ")
            if name and last.lstrip("v")[:1].isdigit():
                self._tool, self._version = name, last.lstrip("v")
            else:
                self._tool = told or None

    def _refuse_what_is_no_list(self) -> None:
        name, entries = printable(self._target.path.name), self._listed.entries
        if self._is_cut and not entries:
            raise TruncatedCaptureError(
                f"{name} ends before its first entry does.", hint="Export it again; nothing can be salvaged."
            )
        if self._is_cut and not self._target.salvage:
            raise TruncatedCaptureError(
                f"{name} ends early: {entries} entries are complete, the rest is missing."
            )
        if not entries and not self._has_title:
            raise CaptureError(
                f"{name} is no cookies.txt: it has neither the title of one nor a line of seven fields.",
                hint="Export it again from the tool that wrote it.",
            )

    def _gaps(self) -> Iterator[tuple[GapKind, str]]:
        yield COOKIES_ONLY
        if self._tool in _WITHOUT_SCRIPTS:
            rest = " It leaves out session cookies as well unless it is told to keep them."
            yield (
                GapKind.NO_SCRIPTS,
                f"{self._tool} runs no scripts, so the cookies that scripts set are not in the list."
                f"{rest if self._tool == _WGET else ''}",
            )
        if self._tool == _COOKIE_EDITOR:
            yield (
                GapKind.UNKNOWN_LIFETIMES,
                "Cookie-Editor writes into a cookies.txt that session cookies end after a day, so nobody can "
                "say how long any of them lives; its export as JSON tells them apart.",
            )
        site = self._listed.only_site
        if self._is_related or self._tool == _COOKIE_EDITOR:
            whose = f" Here they are those of {site}." if site else ""
            yield GapKind.SINGLE_HOST, f"The tool exports the cookies of the open tab only.{whose}"
        elif site and self._tool not in _WITHOUT_SCRIPTS:
            yield (
                GapKind.SINGLE_HOST,
                f"All cookies of the list are of {site}; the tool may have written those of one site only.",
            )


def _lines(file: BinaryIO, note: Callable[[bytes], None]) -> Iterator[tuple[str, bool]]:
    """Each line and whether it is ended; of lines that are far too long for a cookie a part is left out."""
    chunk = file.read(CHUNK_BYTES)
    decoder = codecs.getincrementaldecoder(encoding_of(chunk))("replace")
    pending, is_first = "", True
    while chunk:
        note(chunk)
        text = decoder.decode(chunk)
        if is_first:
            is_first, text = False, text.lstrip("\ufeff")
        *ended, pending = _LINE_END.split(pending + text)
        for line in ended:
            yield line, True
        pending = pending[:_LONGEST_LINE]
        chunk = file.read(CHUNK_BYTES)
    pending += decoder.decode(b"", final=True)
    if pending:
        yield pending, False


def _is_comment(line: str) -> bool:
    """True for what curl, wget and Python take for one; the mark of an HttpOnly cookie is none."""
    stripped = line.lstrip()
    return stripped.startswith(("#", "$")) and not stripped.startswith(_HTTP_ONLY)


def _cookie(line: str) -> JarCookie | None:
    """The cookie of a line; None where it has not the seven fields, of which the last may be empty."""
    stripped = line.lstrip()
    rest = stripped.removeprefix(_HTTP_ONLY)
    fields = rest.split("\t", 6)
    if len(fields) < 6:
        fields = rest.split(None, 6)
    if len(fields) == 6:
        fields.append("")
    if len(fields) < 7:
        return None
    domain, wide, path, secure, expiry, name, value = (field.strip(" ") for field in fields)
    is_for_subdomains, is_secure = _FLAGS.get(wide.upper()), _FLAGS.get(secure.upper())
    if not domain or is_for_subdomains is None or is_secure is None or _EXPIRY.fullmatch(expiry) is None:
        return None
    end = in_seconds(float(expiry)) if expiry.strip("-.") else 0.0
    return JarCookie(
        name=name,
        value=value,
        domain=domain,
        path=path,
        # Some tools write TRUE everywhere: only where flag and dot agree they say something.
        host_only=not is_for_subdomains if is_wide(domain) is is_for_subdomains else None,
        expires_at=end if end > 0 else None,
        is_session=end <= 0,
        secure=is_secure,
        http_only=True if rest != stripped else None,
        same_site=None,
    )
