"""S01, S02, S03 and S05: the attributes that protect a cookie on its way."""

from __future__ import annotations

import pytest

from scanjobs import rules
from scanjobs.domain.cookies import SameSite
from scanjobs.domain.findings import Outcome
from tests.cookie_suites import cases, differences, log_of
from tests.factories import capture, evidence, labelled, labelled_evidence, observed, sent

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


def test_a_cookie_of_all_subdomains_is_shown_with_a_dot():
    answer = finding("S03", observed(secure=False, host_only=False))

    assert answer.items[0].subject == "session (.shop.example)"
