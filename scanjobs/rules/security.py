"""Security: what protects cookies, and the site itself, on their way."""

from __future__ import annotations

from datetime import date

from scanjobs.domain.cookies import ObservedCookie, Party, SameSite
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.domain.labels import LabelledCookie, LabelledEvidence
from scanjobs.rules.observations import Answer, counted, is_own, judge_each, verdict_on
from scanjobs.rules.registry import Verdict, rule
from scanjobs.rules.session_cookies import holds_session

COOKIE_STANDARD = "https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/"
GDPR = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"


@rule(
    "S01",
    title="SameSite=None without Secure",
    severity=Severity.HIGH,
    basis="draft-ietf-httpbis-rfc6265bis, SameSite; GDPR, Art. 32",
    url=COOKIE_STANDARD,
    valid_from=date(2020, 2, 4),
    how_to_fix="Add Secure to the cookie, or SameSite=Lax where no other site needs to receive it: browsers "
    "refuse SameSite=None without Secure.",
)
def same_site_none_without_secure(scan: LabelledEvidence) -> Verdict:
    """Cookies that ask to be sent across sites, which browsers allow over encrypted connections only."""

    def is_refused(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        if observation.same_site is None or observation.secure is None:
            return None
        if observation.same_site is SameSite.NONE and not observation.secure:
            return "set with SameSite=None and without Secure"
        return True

    judged = judge_each(scan.cookies, is_refused)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "is set with SameSite=None but without Secure",
            "are set with SameSite=None but without Secure",
        ),
        right="Every cookie seen with SameSite=None has Secure as well.",
        attribute="SameSite attribute",
    )


@rule(
    "S02",
    title="A name promises protection the cookie does not have",
    severity=Severity.HIGH,
    basis="draft-ietf-httpbis-rfc6265bis, cookie name prefixes; GDPR, Art. 32",
    url=COOKIE_STANDARD,
    valid_from=date(2018, 5, 25),
    how_to_fix="Give a __Secure- cookie Secure, and a __Host- cookie Secure, Path=/ and no Domain; set both "
    "over HTTPS only. Browsers refuse them otherwise.",
)
def prefix_conditions_broken(scan: LabelledEvidence) -> Verdict:
    """Cookies whose names begin with __Host- or __Secure-, and the conditions those names stand for."""

    def breaks_its_promise(cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        if observation.secure is None:
            return None
        # Browsers compare the prefix without regard to case, so that no server is fooled by `__HOST-`.
        name = cookie.key.name.lower()
        if not name.startswith(("__host-", "__secure-")):
            return True
        broken = []
        if not observation.secure:
            broken.append("Secure is missing")
        if observation.scheme == "http":
            broken.append("it was set over an unencrypted connection")
        if name.startswith("__host-"):
            if observation.host_only is False:
                broken.append("it has a Domain")
            if cookie.key.path != "/":
                broken.append(f"its path is {cookie.key.path}")
            elif observation.raw_set_cookie is not None and not _names_root(observation.raw_set_cookie):
                # At the root of a site the default path is "/" as well; browsers refuse it all the same.
                broken.append("Path is missing")
        if broken:
            return ", ".join(broken)
        return True if observation.scheme else None

    judged = judge_each(scan.cookies, breaks_its_promise)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "breaks the conditions of its __Host- or __Secure- name",
            "break the conditions of their __Host- or __Secure- names",
        ),
        right="No cookie breaks the conditions of a __Host- or __Secure- name.",
        attribute="Secure attribute or transport",
    )


@rule(
    "S03",
    title="No Secure on an HTTPS site",
    severity=Severity.MEDIUM,
    basis="GDPR, Art. 32 (security of processing)",
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="Add Secure to the cookie, so that it never travels unencrypted.",
)
def not_secure_on_https(scan: LabelledEvidence) -> Verdict:
    """The Secure attribute of cookies met over HTTPS, or on a site whose page is served over HTTPS."""
    page_is_https = any((capture.page_url or "").startswith("https:") for capture in scan.evidence.captures)

    def is_expected(cookie: LabelledCookie) -> bool:
        schemes = {observation.scheme for observation in cookie.observations}
        # Of somebody else's cookie that nobody saw travel, nobody knows whether it ever met HTTPS.
        is_known = cookie.party is Party.FIRST or schemes != {""}
        return "https" in schemes or (page_is_https and is_known)

    expected = [cookie for cookie in scan.cookies if is_expected(cookie)]
    if scan.cookies and not expected:
        return Verdict(
            outcome=Outcome.NOT_EVALUABLE,
            summary="Nothing was observed over HTTPS, so Secure could not be expected of any cookie.",
        )

    def lacks_secure(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        if observation.secure is None:
            return None
        if observation.secure:
            return True
        return (
            f"set over {observation.scheme.upper()} without Secure" if observation.scheme else "has no Secure"
        )

    judged = judge_each(expected, lacks_secure)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "of a site with HTTPS may travel unencrypted, because Secure is missing",
            "of a site with HTTPS may travel unencrypted, because Secure is missing",
        ),
        right="Every cookie seen with its attributes has Secure.",
        attribute="Secure attribute",
    )


@rule(
    "S04",
    title="A session cookie that scripts can read",
    severity=Severity.MEDIUM,
    basis="GDPR, Art. 32 (security of processing); OWASP, Session Management Cheat Sheet (HttpOnly)",
    url="https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
    valid_from=date(2018, 5, 25),
    how_to_fix="Add HttpOnly to the cookie, so that a script smuggled into a page cannot steal the session.",
)
def session_without_http_only(scan: LabelledEvidence) -> Verdict:
    """The HttpOnly attribute of cookies that keep a session or a sign-in, known by their names.

    Tokens against forged requests (`XSRF-TOKEN`, `csrftoken`) are left out: scripts have to read them, in
    order to send them a second time.
    """

    def is_readable(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        if observation.http_only is None:
            return None
        return True if observation.http_only else "set without HttpOnly"

    judged = judge_each(filter(holds_session, scan.cookies), is_readable)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "that keeps a session can be read by scripts, because HttpOnly is missing",
            "that keep sessions can be read by scripts, because HttpOnly is missing",
        ),
        right="Every cookie known to keep a session has HttpOnly.",
        attribute="HttpOnly attribute",
        nothing="No cookie was observed that is known to keep a session.",
    )


@rule(
    "S05",
    title="SameSite is missing",
    severity=Severity.LOW,
    basis="draft-ietf-httpbis-rfc6265bis, SameSite; GDPR, Art. 32",
    url=COOKIE_STANDARD,
    valid_from=date(2020, 2, 4),
    how_to_fix="Say what is meant: SameSite=Lax for most cookies, Strict for sensitive ones, None with Secure"
    " where another site has to receive it.",
)
def same_site_missing(scan: LabelledEvidence) -> Verdict:
    """Cookies that leave it to the browser whether other sites' requests carry them."""

    def says_nothing(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        if observation.same_site is None:
            return None
        return "set without SameSite" if observation.same_site is SameSite.UNSPECIFIED else True

    judged = judge_each(scan.cookies, says_nothing)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "does not say whether other sites' requests may carry it",
            "do not say whether other sites' requests may carry them",
        ),
        right="Every cookie seen with its attributes says whether other sites' requests may carry it.",
        attribute="SameSite attribute",
    )


@rule(
    "S06",
    title="Partitioned without Secure, or a third-party cookie that is not partitioned",
    severity=Severity.HIGH,
    basis="CHIPS: draft-cutler-httpbis-partitioned-cookies",
    url="https://datatracker.ietf.org/doc/draft-cutler-httpbis-partitioned-cookies/",
    valid_from=date(2023, 5, 30),
    how_to_fix="Add Secure to a cookie with Partitioned: browsers refuse it otherwise. Where an embedded "
    "service needs a cookie for this site alone, let it set Partitioned.",
)
def partitioned_wrongly(scan: LabelledEvidence) -> Verdict:
    """Cookies with Partitioned need Secure; those of third parties without it are the same on every site.

    The first fails. The second is for information: it is how such cookies always were, and it lets a visitor
    be followed from site to site. Those that SameSite keeps from other sites' pages are left out.
    """

    def is_refused(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        if observation.partitioned is None:
            return None
        if not observation.partitioned or observation.secure:
            return True
        return None if observation.secure is None else "set with Partitioned and without Secure"

    def is_shared(cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        if observation.partitioned is None:
            return None
        stays = observation.same_site in (SameSite.LAX, SameSite.STRICT)
        if cookie.party is Party.FIRST or observation.partitioned or stays:
            return True
        return "set by a third party without Partitioned"

    refused = judge_each(scan.cookies, is_refused)
    shared = judge_each(scan.cookies, is_shared)
    is_the_same = counted(
        shared.wrong,
        "of a third party is the same on every site that embeds it",
        "of third parties are the same on every site that embeds them",
    )
    if refused.wrong:
        is_set = counted(
            refused.wrong,
            "is set with Partitioned but without Secure",
            "are set with Partitioned but without Secure",
        )
        sentences = f"{is_set} {is_the_same}" if shared.wrong else is_set
        return verdict_on(refused, wrong=sentences, right="", attribute="Partitioned attribute")
    return verdict_on(
        shared,
        wrong=is_the_same,
        right="Every cookie of a third party that is sent from this site's pages is partitioned.",
        attribute="Partitioned attribute",
        outcome=Outcome.INFO,
    )


@rule(
    "S07",
    title="The site answers over HTTP",
    severity=Severity.HIGH,
    basis="GDPR, Art. 32 (security of processing)",
    url=GDPR,
    valid_from=date(2018, 5, 25),
    how_to_fix="Answer every request over HTTP with a redirect to HTTPS, and send Strict-Transport-Security.",
)
def answers_over_http(scan: LabelledEvidence) -> Verdict:
    """How the site answered when a page was asked for over HTTP: with the page, or with the way to HTTPS."""
    asked = [
        page for page in scan.evidence.pages if page.url.startswith("http:") and is_own(page.url, scan.site)
    ]
    open_ones = [page for page in asked if page.has_content]
    if open_ones:
        addresses = {page.url for page in open_ones}
        one = "One page of the site was answered over HTTP without a redirect to HTTPS."
        many = f"{len(addresses)} pages of the site were answered over HTTP without a redirect to HTTPS."
        items = tuple(
            FindingItem(
                subject=page.url,
                detail=f"answered with status {page.status} over HTTP",
                phase=page.phase,
                url=page.url,
                observed_at=page.at,
            )
            for page in open_ones
        )
        return Verdict(outcome=Outcome.FAIL, summary=one if len(addresses) == 1 else many, items=items)
    if any((page.redirects_to or "").startswith("https:") for page in asked):
        return Verdict(outcome=Outcome.PASS, summary="Requests for pages over HTTP were sent on to HTTPS.")
    seen = "no answer to one was seen that tells" if asked else "no page of the site was asked for so"
    return Verdict(
        outcome=Outcome.NOT_EVALUABLE, summary=f"Whether HTTP leads to HTTPS was not seen: {seen}."
    )


def _names_root(line: str) -> bool:
    """Whether the last Path attribute of a Set-Cookie line says `/`; an empty one names no path."""
    attributes = (attribute.partition("=") for attribute in line.split(";")[1:])
    paths = [path.strip() for name, _, path in attributes if name.strip().lower() == "path"]
    return paths[-1:] == ["/"]
