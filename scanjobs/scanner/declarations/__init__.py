"""Takes in what a site says about its cookies: finds the reader that knows a file by its content."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from scanjobs.domain.declared import DeclarationFile
from scanjobs.errors import CaptureError, TruncatedCaptureError
from scanjobs.scanner.declarations.contract import DeclarationSource
from scanjobs.scanner.declarations.cookiebot import CookiebotSource
from scanjobs.scanner.declarations.onetrust import OneTrustSource
from scanjobs.scanner.declarations.table import TableSource
from scanjobs.scanner.importers.file_kinds import read_head, unreadable
from scanjobs.scanner.shown import printable

AUTO = "auto"
SOURCES: tuple[DeclarationSource, ...] = (OneTrustSource(), CookiebotSource(), TableSource())
"""One more format is one more file here and one more name in this list."""
LARGEST_BYTES = 64 * 1024 * 1024


def formats() -> tuple[str, ...]:
    """The formats that declarations are read in."""
    return tuple(source.format for source in SOURCES)


def is_declaration(path: Path, format: str = AUTO) -> bool:
    """Whether a file is a declaration by its content, or is said to be one."""
    if format in formats():
        return True
    if format != AUTO or not path.is_file():
        return False
    try:
        head = read_head(path)
    except CaptureError:
        return False  # whoever takes it in will say why
    return any(source.matches(head) for source in SOURCES)


def read_declaration(path: Path, format: str = AUTO, *, salvage: bool = False) -> DeclarationFile:
    """What a file declares.

    Raises:
        CaptureError: it cannot be read, or declares nothing.
        TruncatedCaptureError: it ends early, and there is no leave to salvage what comes before.
    """
    head, name = read_head(path), printable(path.name)
    source = next(
        (one for one in SOURCES if format == one.format or (format == AUTO and one.matches(head))), None
    )
    if source is None:
        raise CaptureError(
            f"{path} is no declaration that is known.",
            hint=f"Formats that are taken: {', '.join(formats())}.",
        )
    content = _content(path)
    declared = source.read(content, path.name)
    lines = declared.lines
    if declared.is_damaged and not (salvage and lines.cookies):
        raise TruncatedCaptureError(
            f"{name} ends early or is damaged: {len(lines.cookies)} lines of it could be read.",
            hint="Save it again, or add --salvage to keep the lines that are complete."
            if lines.cookies
            else "Save it again; nothing can be salvaged.",
        )
    if not lines.cookies:
        left_out = ", ".join(f"{count} × {reason}" for reason, count in lines.skipped)
        raise CaptureError(
            f"{name} declares no cookie{f': {left_out}' if left_out else ''}.",
            hint="Check that each line has the name of a cookie.",
        )
    return DeclarationFile(
        file_name=name,
        sha256=sha256(content).hexdigest(),
        size=len(content),
        format=source.format,
        tool=declared.tool,
        declared_at=declared.declared_at,
        domain=declared.domain,
        cookies=tuple(lines.cookies),
        skipped=(*lines.skipped, *([("end of a damaged file", 1)] if declared.is_damaged else [])),
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise CaptureError(
                f"{path} is larger than any declaration: {path.stat().st_size:,} bytes.",
                hint="Name the file that lists the cookies.",
            )
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
