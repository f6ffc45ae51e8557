"""Security: the attributes that protect a cookie on its way."""

from __future__ import annotations

from datetime import date

from scanjobs.domain.cookies import ObservedCookie, SameSite
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.labels import LabelledCookie, LabelledEvidence
from scanjobs.rules.observations import Answer, counted, judge_each, verdict_on
from scanjobs.rules.registry import Verdict, rule

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
        if observation.scheme != "https":
            broken.append("it was set over an unencrypted connection")
        if name.startswith("__host-"):
            if observation.host_only is False:
                broken.append("it has a Domain")
            if cookie.key.path != "/":
                broken.append(f"its path is {cookie.key.path}")
            elif observation.raw_set_cookie is not None and not _names_root(observation.raw_set_cookie):
                # At the root of a site the default path is "/" as well; browsers refuse it all the same.
                broken.append("Path is missing")
        return ", ".join(broken) or True

    judged = judge_each(scan.cookies, breaks_its_promise)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "breaks the conditions of its __Host- or __Secure- name",
            "break the conditions of their __Host- or __Secure- names",
        ),
        right="No cookie breaks the conditions of a __Host- or __Secure- name.",
        attribute="Secure attribute",
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
    expected = [
        cookie
        for cookie in scan.cookies
        if page_is_https or any(observation.scheme == "https" for observation in cookie.observations)
    ]
    if scan.cookies and not expected:
        return Verdict(
            outcome=Outcome.NOT_EVALUABLE,
            summary="Nothing was observed over HTTPS, so Secure could not be expected of any cookie.",
        )

    def lacks_secure(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        if observation.secure is None:
            return None
        return True if observation.secure else f"set over {observation.scheme.upper()} without Secure"

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


def _names_root(line: str) -> bool:
    """Whether the last Path attribute of a Set-Cookie line says `/`; an empty one names no path."""
    attributes = (attribute.partition("=") for attribute in line.split(";")[1:])
    paths = [path.strip() for name, _, path in attributes if name.strip().lower() == "path"]
    return paths[-1:] == ["/"]
