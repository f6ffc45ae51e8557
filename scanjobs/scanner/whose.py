"""Which site captures are of: that of their first page, or the one somebody names."""

from __future__ import annotations

from collections import Counter

from scanjobs import sites
from scanjobs.domain.evidence import Evidence
from scanjobs.errors import CaptureError, UsageError

_MOST_SITES = 5
"""So many sites are named to somebody who has to choose one."""


def asked_site(words: str) -> str:
    """The site somebody named, by its domain or by an address on it.

    Raises:
        UsageError: it names none.
    """
    host = sites.host_named(words)
    if host is None:
        raise UsageError(f"{words!r} names no site.", hint="Name its domain: --site example.org")
    return sites.registrable_domain(host)


def refuse_twins(evidence: Evidence) -> None:
    """One recording cannot show two phases, and twice the same file proves nothing more.

    Raises:
        CaptureError: two captures are the same.
    """
    seen: dict[str, str] = {}
    for capture in evidence.captures:
        if capture.sha256 in seen:
            raise CaptureError(
                f"{seen[capture.sha256]} and {capture.file_name} are the same recording.",
                hint="Record each consent phase in a visit of its own.",
            )
        seen[capture.sha256] = capture.file_name


def site_of(evidence: Evidence) -> str:
    """The registrable domain of the first page; the captures of one scan must agree on it.

    Raises:
        CaptureError: they do not, or no page is in them.
    """
    found: dict[str, str] = {}
    for capture in evidence.captures:
        host = sites.host_of(capture.page_url or "")
        if host is not None:
            found.setdefault(sites.registrable_domain(host), capture.file_name)
    if not found:
        raise _nobody_knows_the_site(evidence)
    if len(found) > 1:
        told = ", ".join(f"{name} shows {site}" for site, name in found.items())
        raise CaptureError(
            f"The files show different sites: {told}.", hint="Import captures of different sites one by one."
        )
    return next(iter(found))


def _nobody_knows_the_site(evidence: Evidence) -> CaptureError:
    """The refusal of captures without a page, with the sites it may be about.

    A list of cookies or a storage state is not taken for one of the site most of it belongs to, nor of the
    only one: where a site stores nothing itself and embeds a video, all of it belongs to the video's.
    """
    names = " and ".join(dict.fromkeys(capture.file_name for capture in evidence.captures))
    shows = "shows" if len(evidence.captures) == 1 else "show"
    hosts = [sites.host_of(key.origin) or "" for key in {item.key for item in evidence.storage}]
    keys = {cookie.key for cookie in evidence.cookies}
    # The partition of a cookie is the site that was open when it was set.
    hosts += [host for key in keys for host in (key.domain, sites.host_of(key.partition) or "")]
    seen = Counter(sites.registrable_domain(host) for host in hosts if host)
    likely = [site for site, _ in sorted(seen.items(), key=lambda one: (-one[1], one[0]))][:_MOST_SITES]
    rest = f" and {len(seen) - len(likely)} more" if len(seen) > len(likely) else ""
    among = f" What was stored belongs to {', '.join(likely)}{rest}." if likely else ""
    return CaptureError(
        f"{names} {shows} what a browser stored and no page, so nobody can say which site it is of.",
        hint=f"Name the site that was visited: --site {likely[0] if likely else 'example.org'}.{among}",
    )


def page_of(evidence: Evidence, site: str) -> str | None:
    """The first page that is of the site; there is none where the site was named against the captures."""
    for capture in evidence.captures:
        host = sites.host_of(capture.page_url or "")
        if host is not None and sites.registrable_domain(host) == site:
            return capture.page_url
    return None
