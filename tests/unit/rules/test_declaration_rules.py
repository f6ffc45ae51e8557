"""D04: cookies nobody knows the purpose of."""

from __future__ import annotations

from scanjobs import rules
from scanjobs.domain.findings import Outcome
from scanjobs.domain.purposes import Category
from tests.factories import label, labelled, labelled_evidence, observed, sent


def finding(*cookies):
    return next(f for f in rules.evaluate(labelled_evidence(*cookies)) if f.rule_id == "D04")


def unknown(name, vendor=None):
    return labelled(observed(name), label=label(Category.UNCLASSIFIED, vendor=vendor))


def test_a_cookie_without_a_purpose_asks_somebody_to_look():
    answer = finding(unknown("x"))

    assert answer.outcome is Outcome.WARN
    assert answer.summary == "One cookie has no known purpose."
    assert answer.items[0].detail == "its name and domain tell no purpose"


def test_the_company_of_the_domain_is_said_where_it_is_known():
    assert finding(unknown("x", "Films")).items[0].detail.endswith("; the domain belongs to Films")


def test_several_are_counted():
    assert finding(unknown("x"), unknown("y"), labelled()).summary == "2 cookies have no known purpose."


def test_every_category_but_unclassified_is_a_purpose():
    known = [
        labelled(label=label(category)) for category in Category if category is not Category.UNCLASSIFIED
    ]

    assert finding(*known).outcome is Outcome.PASS


def test_a_cookie_seen_in_requests_only_has_a_purpose_too():
    """Name and domain are all it takes."""
    assert finding(labelled(sent(), label=label(Category.ANALYTICS))).outcome is Outcome.PASS


def test_without_cookies_there_is_nothing_to_judge():
    answer = finding()

    assert answer.outcome is Outcome.NOT_EVALUABLE
    assert answer.summary == "No cookie was observed, so there was nothing to judge."


def test_it_rests_on_good_practice_and_claims_no_more():
    """No article says that a cookie has to be in a database; what it cites is what the link leads to."""
    rule = rules.find("D04")

    assert rule.basis.startswith("Good practice: ")
    assert "GDPR, Art. 13" in rule.basis
    assert rule.url == "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
