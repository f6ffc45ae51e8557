"""Compares what the rules said of two scans, rule by rule and thing by thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanjobs.comparison.changes import Change, ChangeKind, FindingChange
from scanjobs.comparison.pairing import SameIf, paired
from scanjobs.comparison.presence import Sights
from scanjobs.comparison.sight import WHEN, Sight
from scanjobs.domain.cookies import ConsentPhase, CookieOrigin
from scanjobs.domain.evidence import RuleInput
from scanjobs.domain.findings import Finding, FindingItem, Outcome
from scanjobs.domain.fingerprints import plain_subject
from scanjobs.domain.name_patterns import with_placeholders

_ABOUT_EVIDENCE = "E"
_NO_RULE_NEEDS = {RuleInput.INITIATORS}
"""What makes a finding clearer, and does not decide it."""
_TELLING = (Outcome.FAIL, Outcome.WARN)


def compare_findings(sights: Sights, cookies: Sequence[Change]) -> tuple[tuple[FindingChange, ...], int]:
    """What became of each rule's finding, and how many that failed or warned say the same.

    `cookies` is what became of the cookies: of what nobody could compare no finding was fixed or is new.
    Rules about the evidence say nothing about the site, and are left out.
    """
    older, newer = _by_rule(sights.older), _by_rule(sights.newer)
    judge = _Judge(sights, cookies)
    told, unchanged = [], 0
    for rule_id in dict.fromkeys((*newer, *older)):
        old, new = older.get(rule_id), newer.get(rule_id)
        if not _tells(old) and not _tells(new):
            continue
        change = judge.compare(old, new)
        if change is None:
            unchanged += 1
        else:
            told.append(change)
    return tuple(told), unchanged


def _by_rule(sight: Sight) -> dict[str, Finding]:
    found = sight.scan.findings
    return {one.rule_id: one for one in found if not one.rule_id.startswith(_ABOUT_EVIDENCE)}


@dataclass(frozen=True, slots=True)
class _Subject:
    """One thing that a finding names, in all its items."""

    name: str
    items: tuple[FindingItem, ...]


class _Judge:
    """Compares the findings of one rule at a time."""

    def __init__(self, sights: Sights, cookies: Sequence[Change]) -> None:
        self._sights = sights
        self._open = {
            _named(change.thing.name, change.thing.place)
            for change in cookies
            if change.kind is ChangeKind.NOT_COMPARABLE
        }
        self._untold = {sight.which: _without_attributes(sight) for sight in (sights.older, sights.newer)}

    def compare(self, old: Finding | None, new: Finding | None) -> FindingChange | None:
        """What became of one rule's finding; None where it says the same of both scans."""
        finding = new or old
        assert finding is not None
        unjudged = _unjudged(old, "older") or _unjudged(new, "newer")
        if unjudged:
            return _change(ChangeKind.NOT_COMPARABLE, old, new, unseen=(unjudged,))
        came, gone, remaining = [], [], 0
        reasons: dict[str, None] = {}
        open_ones: list[str] = []
        for was, now in paired(_subjects(old), _subjects(new), _WAYS):
            if was and now:
                remaining += 1
                continue
            subject = now or was
            assert subject is not None
            why = self._why_open(subject, is_new=now is not None)
            if why is not None:
                open_ones.append(subject.name)
                reasons[why] = None
            elif now:
                came.append(subject.name)
            else:
                gone.append(subject.name)
        kind = _kind(old, new, came, gone, open_ones)
        if kind is None:
            return None
        return _change(
            kind,
            old,
            new,
            added=came,
            removed=gone,
            remaining=remaining,
            not_comparable=open_ones,
            unseen=reasons,
        )

    def _why_open(self, subject: _Subject, *, is_new: bool) -> str | None:
        """Why nobody knows whether the other scan's site has this too; None: it is known to differ."""
        here, there = self._sights.newer, self._sights.older
        if not is_new:
            here, there = there, here
        name = plain_subject(subject.name)
        if name in self._open:
            return f"the {there.which} scan may have missed the cookie"
        if name in self._untold[there.which] and name not in self._untold[here.which]:
            return f"the {there.which} scan did not see how the cookie was set"
        phases = dict.fromkeys(item.phase for item in subject.items if item.phase is not None)
        if not phases:
            # Such as a declared cookie that no phase shows: another phase might have.
            every = [
                _blind(*pair, phase) for pair in ((there, here), (here, there)) for phase in pair[1].phases
            ]
            return next(filter(None, every), None)
        blind = [_blind(there, here, phase) for phase in phases]
        # New is what was looked for in one of its phases and not found; gone is what no phase has any more.
        if all(blind) if is_new else any(blind):
            return next(filter(None, blind))
        return None


def _blind(there: Sight, here: Sight, phase: ConsentPhase) -> str | None:
    """Why one scan could not judge in a phase what the other one judged there."""
    if phase not in there.phases:
        return f"the {there.which} scan has no capture {WHEN[phase]}"
    if here.inputs(phase) - there.inputs(phase) - _NO_RULE_NEEDS:
        return f"the {there.which} scan shows less than the {here.which} one {WHEN[phase]}"
    return None


def _kind(
    old: Finding | None, new: Finding | None, came: list[str], gone: list[str], open_ones: list[str]
) -> ChangeKind | None:
    is_known = bool(came or gone) or not open_ones
    if not _tells(old) or not _tells(new):
        if not is_known:
            return ChangeKind.NOT_COMPARABLE
        return ChangeKind.ADDED if _tells(new) else ChangeKind.REMOVED
    if came or gone or (old and new and old.outcome is not new.outcome and not open_ones):
        return ChangeKind.CHANGED
    return ChangeKind.NOT_COMPARABLE if open_ones else None


def _unjudged(finding: Finding | None, which: str) -> str | None:
    if finding is None:
        return f"the {which} scan was not judged by this rule"
    if finding.outcome is Outcome.NOT_EVALUABLE:
        return f"it could not be evaluated in the {which} scan: {finding.summary}"
    return None


def _tells(finding: Finding | None) -> bool:
    return finding is not None and finding.outcome in _TELLING


def _subjects(finding: Finding | None) -> list[_Subject]:
    """What a finding that failed or warned names, each once; nothing where it names nothing in particular."""
    if finding is None or not _tells(finding):
        return []
    grouped: dict[str, list[FindingItem]] = {}
    for item in finding.items:
        grouped.setdefault(plain_subject(item.subject), []).append(item)
    return [_Subject(items[0].subject, tuple(items)) for items in grouped.values()]


def _without_generated(subject: _Subject) -> str | None:
    name, parenthesis, rest = plain_subject(subject.name).partition(" (")
    form = with_placeholders(name)
    return f"{form}{parenthesis}{rest}" if form else None


_WAYS: tuple[SameIf[_Subject], ...] = (
    SameIf(lambda subject: plain_subject(subject.name)),
    SameIf(_without_generated),
)


def _without_attributes(sight: Sight) -> frozenset[str]:
    """The cookies that a scan saw in requests only, as findings name them."""
    return frozenset(
        _named(cookie.key.name, cookie.key.domain)
        for cookie in sight.scan.cookies
        if all(seen.origin is CookieOrigin.REQUEST for seen in cookie.observations)
    )


def _named(name: str, domain: str) -> str:
    return plain_subject(f"{name} ({domain})")


def _change(
    kind: ChangeKind,
    old: Finding | None,
    new: Finding | None,
    *,
    added: Iterable[str] = (),
    removed: Iterable[str] = (),
    remaining: int = 0,
    not_comparable: Iterable[str] = (),
    unseen: Iterable[str] = (),
) -> FindingChange:
    # The side that tells of something speaks, the newer one where both do.
    finding = new if _tells(new) or not _tells(old) else old
    assert finding is not None
    return FindingChange(
        kind=kind,
        rule_id=finding.rule_id,
        severity=finding.severity,
        older=old.outcome if old else None,
        newer=new.outcome if new else None,
        summary=finding.summary,
        added=tuple(added),
        removed=tuple(removed),
        remaining=remaining,
        not_comparable=tuple(not_comparable),
        unseen=tuple(unseen),
    )
