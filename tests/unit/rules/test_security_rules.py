"""The S rules: what protects cookies, and the site itself, on their way."""

from __future__ import annotations

import pytest

from scanjobs import rules
from scanjobs.domain.cookies import ConsentPhase, CookieOrigin, Party, SameSite
from scanjobs.domain.evidence import PageLoad
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.domain.purposes import Category, ExemptionGround
from tests.cookie_suites import cases, differences, log_of
from tests.factories import NOON, capture, evidence, label, labelled, labelled_evidence, observed, sent

ALL = ["S01", "S02", "S03", "S05"]
PREFIXED = {
    name: case for name, case in cases().items() if case.lines[0].startswith(("__Host-", "__Secure-"))
}


def finding(rule_id, *observations, page_url="https://shop.example/"):
    scan = labelled_evidence(
        *(labelled(observation) for observation in observations),
        evidence=evidence(*observations, captures=(capture(page_url=page_url),)),
    )
    return next(f for f in rules.evaluate(scan) if f.rule_id == rule_id)


def in_store(name="session", domain="shop.example", **changes):
    """A cookie that lay in the browser's store: nobody saw it travel."""
    return observed(
        name,
        domain,
        **({"origin": CookieOrigin.JAR, "scheme": "", "first_url": "", "raw_set_cookie": None} | changes),
    )


def third(observation):
    return labelled(observation, party=Party.THIRD)


def judged(rule_id, *cookies):
    return next(f for f in rules.evaluate(labelled_evidence(*cookies)) if f.rule_id == rule_id)


def load(url, status, redirects_to=None, phase=ConsentPhase.BEFORE):
    return PageLoad(url=url, phase=phase, status=status, redirects_to=redirects_to, at=NOON)


def visited(*pages):
    scan = labelled_evidence(evidence=evidence(pages=pages))
    return next(f for f in rules.evaluate(scan) if f.rule_id == "S07")


@pytest.mark.parametrize("rule_id", ALL)
def test_a_cookie_with_every_attribute_passes(rule_id):
    answer = finding(rule_id, observed())

    assert (answer.outcome, answer.items) == (Outcome.PASS, ())


@pytest.mark.parametrize("rule_id", ALL)
def test_a_cookie_seen_in_a_request_only_cannot_be_judged(rule_id):
    answer = finding(rule_id, sent())

    assert answer.outcome is Outcome.NOT_EVALUABLE
    assert answer.summary.startswith("The only cookie to judge was seen without its ")


@pytest.mark.parametrize("rule_id", ALL)
def test_cookies_that_could_not_be_judged_are_counted_beside_the_others(rule_id):
    answer = finding(rule_id, observed("a"), sent("b"))

    assert answer.outcome is Outcome.PASS
    assert " One more could not be judged: its " in answer.summary


class TestSameSiteNone:
    def test_without_secure_it_is_refused(self):
        answer = finding("S01", observed(same_site=SameSite.NONE, secure=False))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie is set with SameSite=None but without Secure."
        assert answer.items[0].detail == "set with SameSite=None and without Secure"

    def test_with_secure_it_passes(self):
        assert finding("S01", observed(same_site=SameSite.NONE)).outcome is Outcome.PASS

    @pytest.mark.parametrize("same_site", [SameSite.LAX, SameSite.STRICT, SameSite.UNSPECIFIED])
    def test_other_values_do_not_need_secure(self, same_site):
        assert finding("S01", observed(same_site=same_site, secure=False)).outcome is Outcome.PASS


class TestNamePrefixes:
    @pytest.mark.parametrize(
        ("name", "changes", "path", "detail"),
        [
            ("__Secure-id", {"secure": False}, "/", "Secure is missing"),
            ("__Host-id", {"secure": False}, "/", "Secure is missing"),
            ("__Host-id", {"host_only": False}, "/", "it has a Domain"),
            ("__Host-id", {}, "/shop", "its path is /shop"),
            ("__host-id", {"host_only": False}, "/a", "it has a Domain, its path is /a"),
            ("__SECURE-id", {"scheme": "http"}, "/", "it was set over an unencrypted connection"),
        ],
    )
    def test_a_broken_promise_fails(self, name, changes, path, detail):
        key = observed(name).key
        changes = changes | {"key": type(key)(name=name, domain=key.domain, path=path)}

        answer = finding("S02", observed(name, **changes))

        assert answer.outcome is Outcome.FAIL
        assert answer.items[0].detail == detail

    @pytest.mark.parametrize(
        ("line", "outcome"),
        [
            ("__Host-id=<9 characters>; Secure", Outcome.FAIL),
            ("__Host-id=<9 characters>; Secure; Pathway=/", Outcome.FAIL),
            ("__Host-id=<9 characters>; Secure; Path", Outcome.FAIL),
            ("__Host-id=<9 characters>; Secure; Path=/; Path=", Outcome.FAIL),
            ("__Host-id=<9 characters>; Secure; Path=; Path=/", Outcome.PASS),
            ("__Host-id=<9 characters>; Secure;\tPATH=/", Outcome.PASS),
            (None, Outcome.PASS),
        ],
    )
    def test_a_host_name_needs_a_path_of_its_own(self, line, outcome):
        """The default path of a page at the root is "/" too, and browsers refuse the cookie all the same."""
        answer = finding("S02", observed("__Host-id", raw_set_cookie=line))

        assert answer.outcome is outcome
        assert [item.detail for item in answer.items] == ["Path is missing"] * (outcome is Outcome.FAIL)

    def test_a_secure_name_needs_no_path(self):
        line = "__Secure-id=<9 characters>; Secure"

        assert finding("S02", observed("__Secure-id", raw_set_cookie=line)).outcome is Outcome.PASS

    @pytest.mark.parametrize("name", ["__Host-id", "__Secure-id"])
    def test_a_kept_promise_passes(self, name):
        assert finding("S02", observed(name)).outcome is Outcome.PASS

    def test_a_secure_name_may_have_a_domain_and_a_path(self):
        assert finding("S02", observed("__Secure-id", host_only=False)).outcome is Outcome.PASS

    def test_other_names_promise_nothing(self):
        assert finding("S02", observed("Host-id", secure=False)).outcome is Outcome.PASS

    @pytest.mark.parametrize("name", PREFIXED)
    def test_what_browsers_refuse_for_its_name_is_reported(self, name):
        """web-platform-tests says which of its cookies browsers set; the others are findings."""
        (observation,) = log_of(PREFIXED[name]).observations(None)

        answer = finding("S02", observation)

        assert answer.outcome is (Outcome.PASS if PREFIXED[name].sent else Outcome.FAIL)

    def test_every_cookie_that_is_read_though_browsers_refuse_its_name_is_judged(self):
        ruled = {name: difference.rule for name, difference in differences().items() if difference.rule}

        assert set(ruled) <= set(PREFIXED)
        assert set(ruled.values()) == {"S02"}

    def test_several_are_counted(self):
        answer = finding("S02", observed("__Host-a", secure=False), observed("__Host-b", secure=False))

        assert answer.summary == "2 cookies break the conditions of their __Host- or __Secure- names."

    @pytest.mark.parametrize("name", ["__Host-id", "__Secure-id"])
    def test_whether_it_travelled_encrypted_is_open_where_nobody_saw_it_travel(self, name):
        answer = finding("S02", in_store(name))

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert (
            answer.summary == "The only cookie to judge was seen without its Secure attribute or transport."
        )

    def test_the_other_conditions_are_judged_all_the_same(self):
        answer = finding("S02", in_store("__Host-id", secure=False, host_only=False))

        assert answer.items[0].detail == "Secure is missing, it has a Domain"

    def test_a_cookie_in_the_store_that_promises_nothing_passes(self):
        assert finding("S02", in_store()).outcome is Outcome.PASS


class TestSecure:
    def test_it_is_expected_of_a_cookie_set_over_https(self):
        answer = finding("S03", observed(secure=False))

        assert answer.outcome is Outcome.FAIL
        assert answer.items[0].detail == "set over HTTPS without Secure"

    def test_it_is_expected_on_a_site_whose_page_is_https(self):
        """A cookie set by an unencrypted image on an encrypted page travels in the open."""
        assert finding("S03", observed(secure=False, scheme="http")).outcome is Outcome.FAIL

    def test_it_is_not_expected_where_nothing_is_encrypted(self):
        answer = finding("S03", observed(secure=False, scheme="http"), page_url="http://shop.example/")

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert "HTTPS" in answer.summary

    def test_on_an_http_page_only_the_cookies_met_over_https_count(self):
        answer = finding(
            "S03",
            observed("open", secure=False, scheme="http"),
            observed("closed", secure=False),
            page_url="http://shop.example/",
        )

        assert [item.subject for item in answer.items] == ["closed (shop.example)"]

    def test_several_are_counted(self):
        answer = finding("S03", observed("a", secure=False), observed("b", secure=False))

        assert answer.summary.startswith("2 cookies of a site with HTTPS may travel unencrypted")

    def test_a_cookie_of_the_site_that_nobody_saw_travel_is_expected_to_have_it(self):
        """The site has HTTPS, and that is enough to know."""
        answer = finding("S03", in_store(secure=False))

        assert answer.outcome is Outcome.FAIL
        assert answer.items[0].detail == "has no Secure"

    def test_of_somebody_elses_cookie_that_nobody_saw_travel_nothing_is_known(self):
        """It may be of a site that has no HTTPS: the store holds what every visit left."""
        stranger = third(in_store(secure=False, domain="ads.example"))

        assert judged("S03", stranger).outcome is Outcome.NOT_EVALUABLE
        assert judged("S03", labelled(observed()), stranger).outcome is Outcome.PASS

    def test_without_a_page_nothing_is_known_of_what_lies_in_a_store(self):
        assert finding("S03", in_store(secure=False), page_url=None).outcome is Outcome.NOT_EVALUABLE


class TestHttpOnly:
    @pytest.mark.parametrize(
        "name",
        [
            *("PHPSESSID", "JSESSIONID", "ASP.NET_SessionId", "connect.sid", "laravel_session", "sessionid"),
            *("__Host-session", "__Secure-PHPSESSID", "ASPSESSIONIDAABBCCDD", f"SSESS{'ab12' * 8}"),
        ],
    )
    def test_a_session_that_scripts_can_read_fails(self, name):
        answer = finding("S04", observed(name, http_only=False))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == (
            "One cookie that keeps a session can be read by scripts, because HttpOnly is missing."
        )
        assert answer.items[0].detail == "set without HttpOnly"

    def test_a_session_that_they_cannot_read_passes(self):
        assert finding("S04", observed("PHPSESSID")).outcome is Outcome.PASS

    def test_what_is_known_for_signing_in_counts_by_any_name(self):
        signs_in = label(exemption_ground=ExemptionGround.AUTHENTICATION)
        cookie = labelled(observed("wordpress_logged_in_1a2b", http_only=False), label=signs_in)

        assert judged("S04", cookie).outcome is Outcome.FAIL

    @pytest.mark.parametrize("ground", [None, ExemptionGround.SECURITY, ExemptionGround.AUTHENTICATION])
    @pytest.mark.parametrize("name", ["XSRF-TOKEN", "csrftoken", "__Host-next-auth.csrf-token"])
    def test_a_token_against_forged_requests_is_for_scripts_to_read(self, name, ground):
        cookie = labelled(observed(name, http_only=False), label=label(exemption_ground=ground))

        assert judged("S04", cookie).outcome is Outcome.NOT_EVALUABLE

    @pytest.mark.parametrize(
        "name", ["ai_session", "_parsely_session", "KEYCLOAK_SESSION", "SessionId", "_hjSession_12"]
    )
    def test_the_word_session_alone_is_no_session(self, name):
        """Scripts that measure visits call them sessions too, and read their own cookies."""
        assert finding("S04", observed(name, http_only=False)).outcome is Outcome.NOT_EVALUABLE

    @pytest.mark.parametrize("category", [Category.ANALYTICS, Category.MARKETING])
    def test_a_session_of_analytics_is_a_visit(self, category):
        cookie = labelled(observed("sessionid", http_only=False), label=label(category))

        assert judged("S04", cookie).outcome is Outcome.NOT_EVALUABLE

    def test_without_a_session_there_is_nothing_to_judge(self):
        answer = finding("S04", observed("theme"))

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "No cookie was observed that is known to keep a session."

    def test_a_session_seen_in_a_request_only_cannot_be_judged(self):
        answer = finding("S04", sent("PHPSESSID"))

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "The only cookie to judge was seen without its HttpOnly attribute."

    def test_several_are_counted(self):
        answer = finding("S04", *(observed(name, http_only=False) for name in ("CFID", "CFTOKEN")))

        assert answer.summary.startswith("2 cookies that keep sessions can be read by scripts")


class TestSameSiteMissing:
    def test_saying_nothing_fails(self):
        answer = finding("S05", observed(same_site=SameSite.UNSPECIFIED))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie does not say whether other sites' requests may carry it."
        assert answer.items[0].detail == "set without SameSite"

    @pytest.mark.parametrize("same_site", [SameSite.LAX, SameSite.STRICT, SameSite.NONE])
    def test_any_value_passes(self, same_site):
        assert finding("S05", observed(same_site=same_site)).outcome is Outcome.PASS

    def test_several_are_counted(self):
        silent = {"same_site": SameSite.UNSPECIFIED}
        answer = finding("S05", observed("a", **silent), observed("b", **silent))

        assert answer.summary == "2 cookies do not say whether other sites' requests may carry them."


class TestPartitioned:
    def test_without_secure_browsers_refuse_it(self):
        answer = finding("S06", observed(partitioned=True, secure=False))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie is set with Partitioned but without Secure."
        assert answer.items[0].detail == "set with Partitioned and without Secure"

    def test_a_cookie_of_a_third_party_that_is_one_for_all_sites_is_information(self):
        answer = judged("S06", third(observed("id", "ads.example", same_site=SameSite.NONE)))

        assert answer.outcome is Outcome.INFO
        assert answer.summary == "One cookie of a third party is the same on every site that embeds it."
        assert answer.items[0].detail == "set by a third party without Partitioned"

    def test_both_are_said_and_the_failure_is_what_the_items_show(self):
        refused = third(observed("p", "ads.example", partitioned=True, secure=False))
        shared = [third(observed(name, "ads.example", same_site=SameSite.NONE)) for name in "ab"]

        answer = judged("S06", refused, *shared)

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == (
            "One cookie is set with Partitioned but without Secure. "
            "2 cookies of third parties are the same on every site that embeds them."
        )
        assert [item.subject for item in answer.items] == ["p (ads.example)"]

    @pytest.mark.parametrize(
        "cookie",
        [
            labelled(observed()),
            labelled(observed("id", "ads.example", partitioned=True), party=Party.THIRD),
            # Other sites' pages never send it, so there is nothing to part.
            labelled(observed("id", "ads.example", same_site=SameSite.STRICT), party=Party.THIRD),
        ],
    )
    def test_first_parties_and_what_is_partitioned_pass(self, cookie):
        assert judged("S06", cookie).outcome is Outcome.PASS

    def test_a_cookie_seen_in_a_request_only_cannot_be_judged(self):
        answer = judged("S06", third(sent("id", "ads.example")))

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "The only cookie to judge was seen without its Partitioned attribute."

    def test_the_failure_is_what_the_severity_weighs(self):
        assert rules.find("S06").severity is Severity.HIGH


class TestHttp:
    def test_a_page_over_http_fails(self):
        answer = visited(load("http://shop.example/", 200))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One page of the site was answered over HTTP without a redirect to HTTPS."
        assert answer.items == (
            FindingItem(
                subject="http://shop.example/",
                detail="answered with status 200 over HTTP",
                phase=ConsentPhase.BEFORE,
                url="http://shop.example/",
                observed_at=NOON,
            ),
        )

    @pytest.mark.parametrize("status", [204, 206, 304])
    def test_other_answers_with_the_page_fail_as_well(self, status):
        assert visited(load("http://www.shop.example/a", status)).outcome is Outcome.FAIL

    def test_a_redirect_to_https_passes(self):
        way = load("http://shop.example/", 301, "https://shop.example/"), load("https://shop.example/", 200)

        assert visited(*way).outcome is Outcome.PASS

    def test_one_open_page_outweighs_a_redirect(self):
        way = load("http://shop.example/", 301, "https://shop.example/"), load("http://shop.example/a", 200)

        assert visited(*way).outcome is Outcome.FAIL

    def test_the_same_page_in_two_phases_is_one_page(self):
        twice = [load("http://shop.example/", 200, phase=phase) for phase in ConsentPhase]

        assert visited(*twice).summary.startswith("One page ")

    def test_several_pages_are_counted(self):
        assert visited(*(load(f"http://shop.example/{n}", 200) for n in "ab")).summary.startswith("2 pages ")

    def test_where_nothing_was_asked_for_over_http_nobody_can_say(self):
        for pages in ((), (load("https://shop.example/", 200),)):
            answer = visited(*pages)

            assert answer.outcome is Outcome.NOT_EVALUABLE
            assert answer.summary == (
                "Whether HTTP leads to HTTPS was not seen: no page of the site was asked for so."
            )

    @pytest.mark.parametrize(
        "page",
        [
            ("http://shop.example/", None),
            ("http://shop.example/", 404),
            ("http://shop.example/", 302, "http://www.shop.example/"),
        ],
    )
    def test_an_answer_that_does_not_tell_is_none(self, page):
        answer = visited(load(*page))

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == (
            "Whether HTTP leads to HTTPS was not seen: no answer to one was seen that tells."
        )

    def test_pages_of_other_sites_are_theirs(self):
        assert visited(load("http://partner.example/", 200)).outcome is Outcome.NOT_EVALUABLE


def test_a_cookie_of_all_subdomains_is_shown_with_a_dot():
    answer = finding("S03", observed(secure=False, host_only=False))

    assert answer.items[0].subject == "session (.shop.example)"
