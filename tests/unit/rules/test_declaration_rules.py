"""The D rules: what visitors are told of cookies, and what they can be told."""

from __future__ import annotations

import pytest

from scanjobs import rules
from scanjobs.domain.cookies import ConsentPhase, CookieOrigin
from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.evidence import Gap, GapKind, RuleInput
from scanjobs.domain.findings import FindingItem, Outcome
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category
from scanjobs.domain.storage import StorageKind
from tests.factories import (
    NOON,
    capture,
    declaration,
    declared,
    evidence,
    label,
    labelled,
    labelled_evidence,
    labelled_item,
    observed,
    sent,
    stored_item,
)

DAY = 86_400
NO_DECLARATION = "Nobody brought a declaration of this site to compare with."


def finding(rule_id, *cookies, lines=(), skipped=(), captures=None, gaps=(), **changes):
    """The answer of one rule about a scan with a declaration of these lines, if any."""
    said = declaration(*lines, skipped=skipped) if lines else None
    seen = evidence(
        *(observation for cookie in cookies for observation in cookie.observations),
        captures=captures or (capture(),),
        gaps=gaps,
    )
    scan = labelled_evidence(*cookies, evidence=seen, declaration=said, **changes)
    return next(f for f in rules.evaluate(scan) if f.rule_id == rule_id)


def persistent(days, name="session", **changes):
    return labelled(observed(name, is_session=False, lifetime_seconds=int(days * DAY), **changes))


@pytest.mark.parametrize("rule_id", ["D01", "D02", "D03", "D05", "D06"])
def test_without_a_declaration_there_is_nothing_to_compare_with(rule_id):
    answer = finding(rule_id, labelled(), captures=(accepted(),))

    assert (answer.outcome, answer.summary) == (Outcome.NOT_EVALUABLE, NO_DECLARATION)


class TestObservedNotDeclared:
    def test_what_no_line_speaks_of_fails(self):
        answer = finding("D01", labelled(observed("_fbp")), lines=[declared("session")])

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie is not declared."
        assert answer.items == (
            FindingItem(
                subject="_fbp (shop.example)",
                detail="no line of the declaration speaks of it",
                phase=ConsentPhase.BEFORE,
                url="https://shop.example/",
                observed_at=NOON,
            ),
        )

    @pytest.mark.parametrize(
        "line",
        [
            declared("_ga_1A2B"),
            declared("_ga_*", is_pattern=True),
            declared("_ga_1A2B", domain="shop.example"),
            declared("_ga_1A2B", type=DeclaredType.UNKNOWN),
        ],
    )
    def test_what_a_line_speaks_of_passes(self, line):
        answer = finding("D01", labelled(observed("_ga_1A2B")), lines=[line])

        assert (answer.outcome, answer.items) == (Outcome.PASS, ())
        assert answer.summary == "All that was observed is declared."

    @pytest.mark.parametrize(
        "line",
        [
            declared("_ga_*"),  # a star that stands for itself
            declared("_ga_1A2B", domain="partner.example"),
            declared("_ga_1A2B", type=DeclaredType.LOCAL_STORAGE),
            declared("_GA_1A2B"),
        ],
    )
    def test_a_line_about_something_else_does_not_declare_it(self, line):
        assert finding("D01", labelled(observed("_ga_1A2B")), lines=[line]).outcome is Outcome.FAIL

    def test_stored_items_have_to_be_declared_as_well(self):
        answer = finding(
            "D01",
            labelled(),
            lines=[declared("session"), declared("theme", type=DeclaredType.SESSION_STORAGE)],
            storage=(
                labelled_item(stored_item("theme", kind=StorageKind.SESSION)),
                labelled_item(stored_item("id", kind=StorageKind.LOCAL)),
            ),
        )

        assert answer.summary == "One stored item is not declared."
        assert [item.subject for item in answer.items] == ["id (localStorage of https://www.shop.example)"]

    def test_cookies_and_items_are_counted_apart(self):
        items = tuple(labelled_item(stored_item(name)) for name in "ab")

        answer = finding("D01", labelled(observed("x")), lines=[declared()], storage=items)

        assert answer.summary == "1 cookie and 2 stored items are not declared."

    def test_lines_that_could_not_be_read_are_said_beside_a_failure(self):
        answer = finding("D01", labelled(observed("x")), lines=[declared()], skipped=(("no name", 2),))

        assert answer.summary.endswith(" 2 lines of the declaration were left out when it was read.")

    def test_without_cookies_and_items_there_is_nothing_to_judge(self):
        answer = finding("D01", lines=[declared()])

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "No cookie was observed, so there was nothing to judge."


class TestLifetime:
    @staticmethod
    def line(days, name="session", **changes):
        return declared(name, is_session=False, lifetime_seconds=int(days * DAY), **changes)

    @pytest.mark.parametrize(
        ("told", "lived", "outcome"),
        [
            (365, 365, Outcome.PASS),
            (365, 400, Outcome.PASS),
            (100, 150, Outcome.PASS),
            (100, 151, Outcome.FAIL),
            (365, 730, Outcome.FAIL),
            (1 / 24, 1, Outcome.FAIL),
        ],
    )
    def test_more_than_one_and_a_half_times_as_long_is_longer(self, told, lived, outcome):
        assert finding("D02", persistent(lived), lines=[self.line(told)]).outcome is outcome

    def test_both_lifetimes_are_shown(self):
        answer = finding("D02", persistent(730), lines=[self.line(365)])

        assert answer.summary == "One cookie lives longer than declared."
        assert answer.items[0].detail == "lives 730 days, 365 days are declared"

    def test_a_session_may_last_for_a_day(self):
        short, long = (finding("D02", persistent(days), lines=[declared()]) for days in (1, 30))

        assert (short.outcome, long.outcome) == (Outcome.PASS, Outcome.FAIL)
        assert long.items[0].detail == "lives 30 days, it is declared to end with the session"

    def test_the_most_generous_line_counts(self):
        assert finding("D02", persistent(365), lines=[self.line(30), self.line(365)]).outcome is Outcome.PASS

    def test_a_cookies_own_line_counts_before_a_pattern(self):
        lines = [self.line(30, "_ga_1"), self.line(730, "_ga_*", is_pattern=True)]

        assert finding("D02", persistent(365, "_ga_1"), lines=lines).outcome is Outcome.FAIL

    @pytest.mark.parametrize(
        ("cookie", "line"),
        [
            (labelled(sent("session")), declared()),
            (persistent(365), declared(is_session=None)),  # "until you delete it"
            (persistent(10, origin=CookieOrigin.JAR), declared(is_session=False, lifetime_seconds=30 * DAY)),
        ],
    )
    def test_what_nobody_saw_or_can_read_is_open(self, cookie, line):
        answer = finding("D02", cookie, lines=[line])

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == (
            "The only cookie to judge was seen without its observed or declared lifetime."
        )

    def test_more_left_in_the_store_than_declared_is_certain(self):
        answer = finding("D02", persistent(90, origin=CookieOrigin.JAR), lines=[self.line(30)])

        assert answer.items[0].detail == "has 90 days left, 30 days are declared"

    def test_what_is_not_declared_has_a_rule_of_its_own(self):
        answer = finding("D02", persistent(730, "x"), lines=[self.line(30)])

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "No cookie was observed that the declaration speaks of."


class TestDeclaredNecessary:
    @staticmethod
    def known_as(category, source=LabelSource.DECLARATION, **changes):
        """A cookie labelled as the site declares it, and what the databases say of it."""
        said = label(Category.NECESSARY, source=source, database_category=category, **changes)
        return labelled(observed("_ga"), label=said)

    @pytest.mark.parametrize("category", [Category.ANALYTICS, Category.MARKETING])
    def test_what_databases_know_as_tracking_fails(self, category):
        answer = finding("D03", self.known_as(category), lines=[declared("_ga")])

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie is declared necessary and known as analytics or marketing."
        assert answer.items[0].detail == f"declared necessary, the databases say {category.value}"

    @pytest.mark.parametrize("category", [Category.NECESSARY, Category.FUNCTIONAL])
    def test_other_purposes_pass(self, category):
        assert finding("D03", self.known_as(category), lines=[declared("_ga")]).outcome is Outcome.PASS

    def test_what_the_databases_do_not_know_is_open(self):
        answer = finding("D03", self.known_as(None), lines=[declared("_ga")])

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "The only cookie to judge was seen without its purpose in the databases."

    def test_a_user_knows_better_than_the_databases(self):
        shown = self.known_as(Category.ANALYTICS, LabelSource.SITE_OVERRIDE)
        caught = labelled(
            observed("x"),
            label=label(Category.MARKETING, source=LabelSource.OVERRIDE, database_category=None),
        )

        assert finding("D03", shown, lines=[declared("_ga")]).outcome is Outcome.PASS
        answer = finding("D03", caught, lines=[declared("x")])
        assert answer.items[0].detail == "declared necessary, a user says marketing"

    def test_what_is_declared_as_tracking_is_no_contradiction(self):
        answer = finding(
            "D03", self.known_as(Category.ANALYTICS), lines=[declared("_ga", category=Category.ANALYTICS)]
        )

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "Nothing was observed that the declaration calls necessary."

    def test_stored_items_are_judged_too(self):
        item = labelled_item(stored_item("_ga"), label=label(database_category=Category.ANALYTICS))

        answer = finding("D03", lines=[declared("_ga", type=DeclaredType.LOCAL_STORAGE)], storage=(item,))

        assert answer.summary.startswith("One stored item is declared necessary")


def unknown(name, vendor=None):
    return labelled(observed(name), label=label(Category.UNCLASSIFIED, vendor=vendor))


class TestPurposeUnknown:
    def test_a_guess_by_the_form_of_a_name_is_no_knowledge(self):
        guessed = label(Category.ANALYTICS, source=LabelSource.HEURISTIC, vendor=None)

        answer = finding("D04", labelled(observed("visitor_id"), label=guessed))

        assert answer.outcome is Outcome.WARN
        assert answer.items[0].detail == "nobody knows it; the form of its name suggests analytics"

    def test_a_cookie_without_a_purpose_asks_somebody_to_look(self):
        answer = finding("D04", unknown("x"))

        assert answer.outcome is Outcome.WARN
        assert answer.summary == "One cookie has no known purpose."
        assert answer.items[0].detail == "its name and domain tell no purpose"

    def test_the_company_of_the_domain_is_said_where_it_is_known(self):
        answer = finding("D04", unknown("x", "Films"))

        assert answer.items[0].detail.endswith("; the domain belongs to Films")

    def test_several_are_counted(self):
        answer = finding("D04", unknown("x"), unknown("y"), labelled())

        assert answer.summary == "2 cookies have no known purpose."

    def test_stored_items_need_a_purpose_as_well(self):
        item = labelled_item(stored_item("k"), label=label(Category.UNCLASSIFIED, vendor=None))

        answer = finding("D04", unknown("x"), storage=(item,))

        assert answer.summary == "1 cookie and 1 stored item have no known purpose."
        assert answer.items[1].subject == "k (localStorage of https://www.shop.example)"

    def test_every_category_but_unclassified_is_a_purpose(self):
        known = [
            labelled(label=label(category)) for category in Category if category is not Category.UNCLASSIFIED
        ]

        assert finding("D04", *known).outcome is Outcome.PASS

    def test_what_a_user_or_the_site_explained_is_a_purpose(self):
        explained = [
            labelled(observed(source), label=label(Category.FUNCTIONAL, source=source))
            for source in (LabelSource.SITE_OVERRIDE, LabelSource.OVERRIDE, LabelSource.DECLARATION)
        ]

        assert finding("D04", *explained).outcome is Outcome.PASS

    def test_a_declared_sentence_explains_where_its_category_means_nothing_to_us(self):
        line = declared(
            "x", category=None, category_words="Sundries", purpose="Remembers the size of the font."
        )

        assert finding("D04", unknown("x"), lines=[line]).outcome is Outcome.PASS

    @pytest.mark.parametrize(
        "changes",
        [{"category": None, "purpose": None}, {"category": Category.UNCLASSIFIED, "purpose": "Pending"}],
    )
    def test_a_declaration_without_a_purpose_explains_nothing(self, changes):
        assert finding("D04", unknown("x"), lines=[declared("x", **changes)]).outcome is Outcome.WARN

    def test_a_cookie_seen_in_requests_only_has_a_purpose_too(self):
        """Name and domain are all it takes."""
        assert finding("D04", labelled(sent(), label=label(Category.ANALYTICS))).outcome is Outcome.PASS

    def test_without_cookies_there_is_nothing_to_judge(self):
        answer = finding("D04")

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "No cookie was observed, so there was nothing to judge."

    def test_it_rests_on_good_practice_and_claims_no_more(self):
        """No article says that a cookie has to be in a database; what it cites is what the link leads to."""
        rule = rules.find("D04")

        assert rule.basis.startswith("Good practice: ")
        assert "GDPR, Art. 13" in rule.basis
        assert rule.url == "https://eur-lex.europa.eu/eli/reg/2016/679/oj"


class TestContradictions:
    def test_two_purposes_for_one_cookie_fail(self):
        lines = [declared("_ga", category=c) for c in (Category.MARKETING, Category.NECESSARY)]

        answer = finding("D05", lines=lines)

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie is declared with purposes that contradict each other."
        assert answer.items == (
            FindingItem(subject="_ga (any domain)", detail="declared as necessary and as marketing"),
        )

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({}, {}),
            ({"domain": "shop.example"}, {"domain": "ads.example", "category": Category.MARKETING}),
            ({"provider": "Shop"}, {"provider": "Ads", "category": Category.MARKETING}),
            ({}, {"type": DeclaredType.LOCAL_STORAGE, "category": Category.MARKETING}),
            ({}, {"category": Category.UNCLASSIFIED}),
            ({}, {"category": None}),
        ],
    )
    def test_lines_about_different_things_or_without_a_purpose_contradict_none(self, one, other):
        answer = finding("D05", lines=[declared(**one), declared(**other)])

        assert (answer.outcome, answer.items) == (Outcome.PASS, ())

    def test_several_are_counted(self):
        lines = [
            declared(name, domain="shop.example", category=category)
            for name in "ab"
            for category in (Category.NECESSARY, Category.ANALYTICS)
        ]

        assert finding("D05", lines=lines).summary.startswith("2 cookies are declared with purposes ")

    def test_where_no_purpose_could_be_read_nothing_can_contradict(self):
        assert finding("D05", lines=[declared(category=None)]).outcome is Outcome.NOT_EVALUABLE


def accepted(*inputs, **changes):
    shown = frozenset(inputs or {RuleInput.COOKIES})
    return capture(ConsentPhase.ACCEPTED, **({"inputs": shown} | changes))


class TestDeclaredNotObserved:
    def test_what_never_shows_up_asks_somebody_to_look(self):
        answer = finding(
            "D06", labelled(), lines=[declared(), declared("_fbp", provider="Meta")], captures=(accepted(),)
        )

        assert answer.outcome is Outcome.WARN
        assert answer.summary == "One line of the declaration fits nothing that was observed."
        assert answer.items == (
            FindingItem(subject="_fbp (Meta)", detail="declared as Necessary, and not observed in any phase"),
        )

    @pytest.mark.parametrize("phase", [ConsentPhase.BEFORE, ConsentPhase.ACCEPTED])
    def test_what_was_observed_in_any_phase_passes(self, phase):
        answer = finding("D06", labelled(observed(phase=phase)), lines=[declared()], captures=(accepted(),))

        assert (answer.outcome, answer.summary) == (Outcome.PASS, "What is declared was observed.")

    def test_a_pattern_is_observed_by_one_of_its_names(self):
        line = declared("_ga_*", is_pattern=True)

        answer = finding("D06", labelled(observed("_ga_1")), lines=[line], captures=(accepted(),))

        assert answer.outcome is Outcome.PASS

    def test_without_the_phase_after_accepting_nothing_can_be_missed(self):
        answer = finding("D06", labelled(), lines=[declared("_fbp")])

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary.startswith("Nothing was captured after accepting")

    @pytest.mark.parametrize(
        "evidence",
        [
            {"captures": (accepted(complete=False),)},
            {"captures": (accepted(RuleInput.REQUESTS),)},
            {
                "captures": (accepted(),),
                "gaps": (Gap(kind=GapKind.NO_COOKIE_HEADERS, detail="None.", phase=ConsentPhase.ACCEPTED),),
            },
            {"captures": (accepted(),), "gaps": (Gap(kind=GapKind.SINGLE_HOST, detail="One."),)},
        ],
    )
    def test_captures_with_gaps_prove_nothing_missing(self, evidence):
        answer = finding("D06", labelled(), lines=[declared("_fbp")], **evidence)

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "The captures after accepting could not show what is declared."

    def test_a_gap_before_the_choice_hides_nothing_after_it(self):
        gap = Gap(kind=GapKind.TRUNCATED, detail="Cut.", phase=ConsentPhase.BEFORE)

        answer = finding("D06", labelled(), lines=[declared("_fbp")], captures=(accepted(),), gaps=(gap,))

        assert answer.outcome is Outcome.WARN

    @pytest.mark.parametrize("type", [DeclaredType.LOCAL_STORAGE, DeclaredType.UNKNOWN])
    def test_storage_is_missed_only_where_it_was_looked_for(self, type):
        """A HAR file shows no localStorage, so a declared key is not missing from it."""
        lines = [declared(), declared("key", type=type)]
        every = (RuleInput.COOKIES, RuleInput.LOCAL_STORAGE, RuleInput.SESSION_STORAGE)

        blind = finding("D06", labelled(), lines=lines, captures=(accepted(),))
        seeing = finding("D06", labelled(), lines=lines, captures=(accepted(*every),))

        assert blind.outcome is Outcome.PASS
        assert blind.summary.endswith(" One line more could not be looked for in these captures.")
        assert seeing.outcome is Outcome.WARN

    def test_pixels_leave_nothing_to_observe(self):
        lines = [declared(), declared("tr", type=DeclaredType.PIXEL)]

        assert finding("D06", labelled(), lines=lines, captures=(accepted(),)).outcome is Outcome.PASS
