"""Says each kind of event in words: a headline, what is known, what went wrong, and what one can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scanjobs.domain.english import counted, listed, moment
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Severity
from scanjobs.notifications import sentence_parts as parts
from scanjobs.notifications.telling import Told, Tone, cleaned, narrowed
from scanjobs.notifications.words import KINDS, command, moment_of, size

_Say = Callable[[Event, dict[str, Any]], dict[str, Any]]
_UNSITED = "the site"


def told(event: Event, minimum: Severity = Severity.INFO) -> Told:
    """What a message says of an event; findings below a severity are left out."""
    event = cleaned(narrowed(event, minimum))
    said = _SAY[event.type](event, event.facts)
    usual = {
        "type": str(event.type),
        "kind": KINDS[event.type],
        "moment": moment(event.happened_at),
        "site": event.site,
    }
    said["facts"] = tuple((name, text) for name, text in said.get("facts", ()) if text)
    return Told(**{**usual, **said})


def _scan_imported(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    site, cookies = event.site or _UNSITED, facts.get("cookies", 0)
    failed = facts.get("failed_rules", 0)
    return {
        "tone": Tone.GOOD if facts.get("complete", True) else Tone.WARNING,
        "headline": f"{site} was scanned: {counted(cookies, 'cookie')}",
        "summary": f"{counted(failed, 'rule')} failed; score: {parts.score(facts)}.".capitalize(),
        "facts": (
            ("Cookies", f"{cookies:,}, {facts.get('third_party_cookies', 0):,} of them third-party"),
            ("Storage", parts.count_of(facts.get("storage"), "entry", "entries")),
            ("Hosts asked", parts.count_of(facts.get("hosts"))),
            ("Phases", ", ".join(facts.get("phases") or ())),
            ("Failed rules", parts.count_of(failed)),
            ("Score", parts.score(facts)),
            ("Verdict", parts.verdict(facts)),
            ("Recording", None if facts.get("complete", True) else "incomplete"),
        ),
        "steps": parts.of_scan(event),
    }


def _scan_failed(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    files = facts.get("files") or [event.subject or "a file"]
    more = f" and {counted(len(files) - 1, 'other file')}" if len(files) > 1 else ""
    return {
        "tone": Tone.BAD,
        "headline": f"{files[0]}{more} could not be taken in",
        "summary": facts.get("error") or "No reason was recorded.",
        "facts": (("Files", ", ".join(files)),),
        **parts.problem(facts),
        "steps": parts.of_job(event),
    }


def _report(event: Event, facts: dict[str, Any]) -> str:
    format = str(facts.get("format", "")).upper()
    match facts.get("kind"):
        case "portfolio":
            return f"The {format} portfolio".replace("  ", " ")
        case "comparison":
            return f"The {format} comparison of {event.site or _UNSITED}".replace("  ", " ")
        case _:
            return f"The {format} report of {event.site or _UNSITED}".replace("  ", " ")


def _report_completed(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    report = (event.report_id or "")[:8]
    return {
        "tone": Tone.GOOD,
        "headline": f"{_report(event, facts)} is ready",
        "summary": f"{size(facts.get('size') or 0)}, at {facts.get('path')}",
        "facts": (
            ("File", facts.get("path")),
            ("Size", size(facts["size"]) if facts.get("size") is not None else None),
            ("SHA-256", facts.get("sha256")),
            ("Language", facts.get("language")),
        ),
        "steps": (
            ("Open it", command("reports", "open", report)),
            ("See that it is unchanged", command("reports", "verify", report)),
        )
        if report
        else (),
    }


def _report_failed(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "tone": Tone.BAD,
        "headline": f"{_report(event, facts)} could not be written",
        "summary": facts.get("error") or "No reason was recorded.",
        "facts": (("File", facts.get("path")), ("Attempts", parts.count_of(facts.get("attempts")))),
        **parts.problem(facts),
        "steps": parts.of_job(event),
    }


def _violation(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    counts = {str(one): facts.get("counts", {}).get(str(one), 0) for one in Severity}
    present = {name: count for name, count in counts.items() if count}
    failed = facts.get("failed", 0)
    gravest = next(iter(present), str(event.severity or ""))
    grave = f", {present[gravest]:,} of them {gravest}" if gravest in present else ""
    findings = parts.findings(facts, "summary")
    return {
        "tone": Tone.BAD if gravest in (Severity.CRITICAL, Severity.HIGH) else Tone.WARNING,
        "headline": f"{event.site or _UNSITED} fails {counted(failed, 'rule')}{grave}",
        "summary": "; ".join(one.title for one in findings[:3]) or "No rule is named.",
        "facts": (
            ("By severity", ", ".join(f"{count:,} {name}" for name, count in present.items())),
            ("Score", parts.score(facts)),
        ),
        "findings": findings,
        "more": max(0, failed - len(findings)),
        "steps": parts.of_scan(event),
    }


def _change(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    counts = [(facts.get(word, 0), word) for word in ("added", "removed", "changed")]
    said = listed([f"{count:,} {word}" for count, word in counts if count])
    since = moment_of(facts.get("since"))
    older, newer = (facts.get("older_scan_id") or "")[:8], (event.scan_id or "")[:8]
    names = (("Added", "added_names", "added"), ("Removed", "removed_names", "removed"))
    return {
        "tone": Tone.WARNING,
        "headline": f"{event.site or _UNSITED} has changed" + (f": {said}" if said else ""),
        "summary": f"Since the scan of {since}." if since else "Since the scan before.",
        "facts": (("Compared with", f"the scan of {since}" if since else None),),
        "lists": tuple(
            (title, parts.with_rest(facts[key], facts.get(word, 0)))
            for title, key, word in names
            if facts.get(key)
        ),
        "findings": parts.findings(facts, "kind"),
        "steps": (("See everything that changed", command("diff", older, newer)),) if older and newer else (),
    }


def _anomaly(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    measures = facts.get("measures") or [{}]
    first = measures[0]
    value, usual = first.get("value", 0), first.get("usual", 0)
    extent = "more" if value >= usual else "fewer"
    return {
        "tone": Tone.WARNING,
        "headline": f"{event.site or _UNSITED} has far {extent} {first.get('name', 'cookies')} than usual: "
        f"{parts.number(value)} instead of about {parts.number(usual)}",
        "summary": f"Compared with {counted(facts.get('scans', 0), 'earlier scan')} of the site.",
        "facts": tuple(
            (
                str(one.get("name", "")).capitalize(),
                f"{parts.number(one.get('value'))}; usually {parts.number(one.get('usual'))}, "
                f"from {parts.number(one.get('low'))} to {parts.number(one.get('high'))}",
            )
            for one in measures
        ),
        "steps": (
            *parts.of_scan(event),
            *((("See what changed", command("diff", event.site)),) if event.site else ()),
        ),
    }


def _schedule(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    next_at = moment_of(facts.get("next_at"))
    is_new = event.type is EventType.SCHEDULE_CREATED
    name = event.subject or "an entry"
    return {
        "tone": Tone.NOTE,
        "headline": f"The schedule has a new entry: {name}"
        if is_new
        else f"The entry {name} of the schedule was changed",
        "summary": f"Runs next on {next_at}." if next_at else "It does not run for now.",
        "facts": (
            ("Task", facts.get("task")),
            ("When", " ".join(filter(None, (facts.get("when"), facts.get("zone"))))),
            ("Next run", next_at or "none"),
            ("Changed", facts.get("changed")),
        ),
        "steps": parts.of_entry(event),
    }


def _schedule_failed(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "tone": Tone.BAD,
        "headline": f"The entry {event.subject or 'without a name'} of the schedule failed",
        "summary": facts.get("error") or "No reason was recorded.",
        "facts": (("Task", facts.get("task")), ("Was due", moment_of(facts.get("slot")))),
        **parts.problem(facts),
        "steps": (*parts.of_entry(event), *parts.of_job(event)),
    }


def _worker(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    reasons = facts.get("reasons") or ()
    host, pid = facts.get("host"), facts.get("pid")
    where = f" on {host}" if host else ""
    return {
        "tone": Tone.BAD,
        "headline": f"A worker{where} is not well" if event.subject else f"scanjobs{where} is not well",
        "summary": reasons[0] if reasons else "No reason was recorded.",
        "lists": (("Reasons", tuple(reasons)),) if reasons else (),
        "facts": (
            ("Worker", event.subject),
            ("Host", host),
            ("Process", str(pid) if pid is not None else None),
            ("Jobs concerned", parts.count_of(facts.get("jobs") or None)),
        ),
        "steps": (("See workers and queues", command("status")), ("See what is wrong", command("health"))),
    }


_SAY: dict[EventType, _Say] = {
    EventType.SCAN_IMPORTED: _scan_imported,
    EventType.SCAN_FAILED: _scan_failed,
    EventType.REPORT_COMPLETED: _report_completed,
    EventType.REPORT_FAILED: _report_failed,
    EventType.COMPLIANCE_VIOLATION: _violation,
    EventType.CHANGE_DETECTED: _change,
    EventType.ANOMALY_DETECTED: _anomaly,
    EventType.SCHEDULE_CREATED: _schedule,
    EventType.SCHEDULE_UPDATED: _schedule,
    EventType.SCHEDULE_FAILED: _schedule_failed,
    EventType.WORKER_UNHEALTHY: _worker,
}
