"""Reads and writes the file of accepted findings, which people edit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from scanjobs.domain.checks import Acceptance, Baseline
from scanjobs.domain.findings import Outcome
from scanjobs.domain.fingerprints import fingerprint
from scanjobs.errors import BaselineError
from scanjobs.reports.findings.files import put
from scanjobs.reports.findings.result import CheckResult

# The version of the format: raised by one when a key goes or changes its meaning.
#
# 1: scanjobs 0.1, the first.
FORMAT_VERSION = 1
FORMAT = "scanjobs.baseline"

_KEYS = {"rule", "subject", "fingerprint", "reason", "expires"}
_MAY_BE_ABSENT = {"fingerprint", "reason", "expires"}


def read_baseline(path: Path) -> Baseline:
    """The accepted findings in a file.

    Raises:
        BaselineError: there is no such file, or something in it has no meaning.
    """
    try:
        read = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise BaselineError(
            f"The baseline {path} cannot be read: {error.strerror}.",
            hint="`scanjobs check SCAN --write-baseline FILE` writes one.",
        ) from error
    except ValueError as error:
        raise BaselineError(f"The baseline {path} is not JSON: {error}.") from error
    try:
        return _baseline(read)
    except _UnusableError as error:
        raise BaselineError(
            f"The baseline {path} cannot be used: {error}", hint="docs/check.md describes the file."
        ) from error


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Put the file in place whole, its entries in a fixed order, so that changes are easy to review.

    Raises:
        StorageError: it cannot be written.
    """
    text = json.dumps(
        {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "site": baseline.site,
            "accepted": [entry_as_json(entry) for entry in baseline.accepted],
        },
        ensure_ascii=False,
        indent=2,
    )
    put(path, f"{text}\n", option="--write-baseline")


def accepting(result: CheckResult, previous: Baseline | None) -> Baseline:
    """Everything that was found and would count at some threshold, accepted.

    Entries that were there keep their reasons and their days; those of rules that could not be evaluated
    stay, those that are not found any more go.
    """
    known = {entry.fingerprint: entry for entry in (previous.accepted if previous else ())}
    outcomes = {Outcome.FAIL, Outcome.WARN} if result.terms.warnings else {Outcome.FAIL}
    kept = {entry.fingerprint: entry for entry in (result.baseline.unseen if result.baseline else ())}
    for found in result.found:
        for subject in found.subjects:
            entry = known.get(subject.fingerprint)
            if entry is None and found.check.outcome in outcomes:
                entry = Acceptance(
                    rule_id=found.check.rule_id,
                    subject=subject.subject,
                    fingerprint=subject.fingerprint,
                    reason="",
                    expires=None,
                )
            if entry is not None:
                kept[entry.fingerprint] = entry
    site = previous.site if previous else result.site
    ordered = sorted(kept.values(), key=lambda entry: (entry.rule_id, entry.subject, entry.fingerprint))
    return Baseline(site=site, accepted=tuple(ordered))


class _UnusableError(Exception):
    """Something in the file has no meaning; the message is a sentence."""


def _baseline(read: Any) -> Baseline:
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise _UnusableError(f'it does not say "format": "{FORMAT}".')
    if read.get("format_version") != FORMAT_VERSION:
        raise _UnusableError(
            f"its format_version is {read.get('format_version')!r}, and this scanjobs reads {FORMAT_VERSION}."
        )
    _refuse_unknown(read, {"format", "format_version", "site", "accepted"}, "It")
    site, entries = read.get("site"), read.get("accepted")
    if site is not None and not isinstance(site, str):
        raise _UnusableError("its site is neither a text nor null.")
    if not isinstance(entries, list):
        raise _UnusableError("'accepted' is not a list.")
    accepted: dict[str, Acceptance] = {}
    for entry in _acceptances(entries):
        if entry.fingerprint in accepted:
            raise _UnusableError(
                f"two entries accept {entry.rule_id} of {entry.subject or 'the whole scan'}."
            )
        accepted[entry.fingerprint] = entry
    return Baseline(site=site, accepted=tuple(accepted.values()))


def _acceptances(entries: list[Any]) -> Iterator[Acceptance]:
    for number, entry in enumerate(entries, start=1):
        where = f"entry {number}"
        if not isinstance(entry, dict):
            raise _UnusableError(f"{where} is not an object.")
        _refuse_unknown(entry, _KEYS, where.capitalize())
        for key in sorted(_KEYS - set(entry) - _MAY_BE_ABSENT):
            raise _UnusableError(f"{where} has no {key!r}.")
        rule, subject = _text(entry, "rule", where).upper(), _text(entry, "subject", where)
        expected = fingerprint(rule, subject)
        if entry.get("fingerprint") not in (None, expected):
            raise _UnusableError(
                f"the fingerprint of {where} is not that of its rule and subject; "
                "leave it out to have it worked out."
            )
        yield Acceptance(
            rule_id=rule,
            subject=subject,
            fingerprint=expected,
            reason=_text(entry, "reason", where),
            expires=_day(entry.get("expires"), where),
        )


def _refuse_unknown(values: dict[str, Any], known: set[str], who: str) -> None:
    # A mistyped "expires" would otherwise accept for ever.
    if unknown := sorted(set(values) - known):
        raise _UnusableError(f"{who} has a key {unknown[0]!r} without a meaning.")


def _text(values: dict[str, Any], key: str, where: str) -> str:
    value = values.get(key, "")
    if not isinstance(value, str):
        raise _UnusableError(f"{key!r} of {where} is not a text.")
    return value


def _day(value: Any, where: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _UnusableError(f"'expires' of {where} is no date such as 2026-12-31.") from None


def entry_as_json(entry: Acceptance) -> dict[str, Any]:
    """An entry as the file of a baseline holds it, and as a check tells of it."""
    return {
        "rule": entry.rule_id,
        "subject": entry.subject,
        "fingerprint": entry.fingerprint,
        "reason": entry.reason,
        "expires": entry.expires.isoformat() if entry.expires else None,
    }
