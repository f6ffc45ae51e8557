"""E01 to E03: whether the captures show enough."""

from __future__ import annotations

import pytest

from scanjobs import rules
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import Gap, GapKind, PageLoad, RuleInput
from scanjobs.domain.findings import Outcome
from tests.factories import HAR_INPUTS, NOON, capture, evidence, labelled, labelled_evidence, observed

ALL_PHASES = tuple(
    capture(phase) for phase in (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)
)


def finding(*cookies, **changes):
    scan = labelled_evidence(*cookies, evidence=evidence(*(c.latest for c in cookies), **changes))
    return next(f for f in rules.evaluate(scan) if f.rule_id == "E02")


def test_three_complete_phases_pass():
    answer = finding(labelled(), captures=ALL_PHASES)

    assert (answer.outcome, answer.items) == (Outcome.PASS, ())


def test_missing_phases_are_named():
    answer = finding(labelled(), captures=ALL_PHASES[:1])

    assert answer.outcome is Outcome.WARN
    assert answer.summary == "Nothing was captured after accepting or after rejecting."
    assert [item.phase for item in answer.items] == [ConsentPhase.ACCEPTED, ConsentPhase.REJECTED]


def test_one_missing_phase_is_named():
    assert finding(labelled(), captures=ALL_PHASES[:2]).summary == "Nothing was captured after rejecting."


@pytest.mark.parametrize("kind", list(GapKind))
def test_every_kind_of_gap_is_a_warning_with_its_own_words(kind):
    gap = Gap(kind=kind, detail="Something is missing here.", file_name="before.har")

    answer = finding(labelled(), captures=ALL_PHASES, gaps=(gap,))

    assert answer.outcome is Outcome.WARN
    assert answer.summary == "Something could not be seen in what was captured; the items say what."
    assert [(i.subject, i.detail) for i in answer.items] == [("before.har", "Something is missing here.")]


def test_an_unknown_phase_proves_none_of_the_three():
    answer = finding(labelled(), captures=(capture(ConsentPhase.UNKNOWN),))

    assert answer.outcome is Outcome.WARN
    assert answer.summary.startswith(
        "Nothing was captured before any choice, after accepting or after rejecting."
    )
    assert answer.items[-1].detail == "nobody said what the visitor had chosen"


def test_an_incomplete_file_is_said_once():
    """The importer's own words about a truncated file stand; the rule does not repeat them."""
    cut = capture(ConsentPhase.BEFORE, complete=False)
    gap = Gap(kind=GapKind.TRUNCATED, detail="The file ends early.", file_name=cut.file_name)
    captures = (cut, *ALL_PHASES[1:])

    assert len(finding(labelled(), captures=captures, gaps=(gap,)).items) == 1
    assert len(finding(labelled(), captures=captures).items) == 1


def test_files_of_one_name_do_not_hide_each_other():
    """`before/site.har` and `after/site.har` are two files: a gap of the one says nothing about the other."""
    before, after = (
        capture(phase, file_name="site.har", complete=False)
        for phase in (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED)
    )
    gap = Gap(
        kind=GapKind.TRUNCATED, detail="The file ends early.", file_name="site.har", phase=ConsentPhase.BEFORE
    )

    answer = finding(labelled(), captures=(before, after, ALL_PHASES[2]), gaps=(gap,))

    assert [(item.phase, item.detail) for item in answer.items] == [
        (ConsentPhase.BEFORE, "The file ends early."),
        (ConsentPhase.ACCEPTED, "the file is incomplete"),
    ]


def test_one_files_unknown_phase_does_not_hide_anothers():
    unknown = [capture(ConsentPhase.UNKNOWN, file_name=name) for name in ("a.har", "b.har")]
    gap = Gap(kind=GapKind.UNKNOWN_PHASE, detail="Nobody said.", file_name="a.har")

    answer = finding(labelled(), captures=(*unknown, *ALL_PHASES), gaps=(gap,))

    assert [item.subject for item in answer.items] == ["a.har", "b.har"]


def test_an_unknown_phase_is_said_once():
    unknown = capture(ConsentPhase.UNKNOWN)
    gap = Gap(kind=GapKind.UNKNOWN_PHASE, detail="Nobody said.", file_name=unknown.file_name)

    answer = finding(labelled(), captures=(unknown, *ALL_PHASES), gaps=(gap,))

    assert [item.detail for item in answer.items] == ["Nobody said."]


def test_without_any_cookie_nobody_can_tell():
    answer = finding(captures=ALL_PHASES)

    assert answer.outcome is Outcome.NOT_EVALUABLE


def test_without_any_capture_nobody_can_tell():
    answer = finding(captures=())

    assert answer.outcome is Outcome.NOT_EVALUABLE
    assert len(answer.items) == 3


def test_a_cookie_does_not_make_a_phase():
    """Phases come from captures: a phase that was captured and had no cookie is a phase."""
    answer = finding(labelled(observed(phase=ConsentPhase.ACCEPTED)), captures=ALL_PHASES)

    assert answer.outcome is Outcome.PASS


def test_a_phase_of_which_no_capture_could_show_cookies_is_named():
    blind = capture(ConsentPhase.BEFORE, inputs=frozenset({RuleInput.REQUESTS}))

    answer = finding(labelled(), captures=(blind, *ALL_PHASES[1:]))

    assert answer.outcome is Outcome.WARN
    assert [item.detail for item in answer.items] == ["no capture before any choice could show cookies"]


WITH_PAGES = HAR_INPUTS | {RuleInput.PAGES}


def load(url="https://shop.example/", status=200, phase=ConsentPhase.BEFORE, **changes):
    return PageLoad(url=url, phase=phase, status=status, **({"redirects_to": None, "at": NOON} | changes))


def answer_on(rule_id, **changes):
    values = {"captures": (capture(inputs=WITH_PAGES),)} | changes
    scan = labelled_evidence(labelled(), evidence=evidence(observed(), **values))
    return next(f for f in rules.evaluate(scan) if f.rule_id == rule_id)


def test_a_site_that_shows_its_pages_passes():
    pages = (load(status=301, redirects_to="https://shop.example/en"), load("https://shop.example/en"))

    assert answer_on("E01", pages=pages).outcome is Outcome.PASS
    assert answer_on("E01", pages=(load(status=304),)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("page", "detail"),
    [
        (load(status=403), "answered with status 403"),
        (load(status=0), "no answer came"),
        (load(status=200, is_challenge=True), "answered with a test for robots (status 200)"),
        (load(status=302, redirects_to="https://queue.example/"), "it was redirected, and no page came"),
    ],
    ids=["error", "silence", "robots", "led away"],
)
def test_a_site_that_shows_no_page_leaves_nothing_to_judge(page, detail):
    answer = answer_on("E01", pages=(page,))

    assert answer.outcome is Outcome.FAIL
    assert answer.summary == (
        "The site showed no page before any choice, so what was seen need not be what visitors get."
    )
    assert [(item.url, item.detail) for item in answer.items] == [(page.url, detail)]


def test_one_page_that_fails_is_a_warning():
    answer = answer_on("E01", pages=(load(), load("https://shop.example/old", status=404)))

    assert (answer.outcome, answer.summary) == (
        Outcome.WARN,
        "One page of the site was not shown; others were.",
    )


def test_each_phase_has_to_show_the_site():
    captures = tuple(capture(phase, inputs=WITH_PAGES) for phase in ConsentPhase)
    pages = tuple(
        load(phase=phase, status=503 if phase is ConsentPhase.REJECTED else 200) for phase in ConsentPhase
    )

    answer = answer_on("E01", captures=captures, pages=pages)

    assert answer.outcome is Outcome.FAIL
    assert answer.summary.startswith("The site showed no page after rejecting,")


@pytest.mark.parametrize("pages", [(), (load("https://sso.example/", status=403),), (load(status=None),)])
def test_captures_without_pages_of_the_site_cannot_tell(pages):
    assert answer_on("E01", pages=pages).outcome is Outcome.NOT_EVALUABLE


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ((True, None), Outcome.PASS),
        ((True, False), Outcome.FAIL),
        ((None, False), Outcome.FAIL),
        ((None, None), Outcome.NOT_EVALUABLE),
    ],
)
def test_whether_the_browser_refused_third_party_cookies(told, outcome):
    phases = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED)
    captures = tuple(
        capture(phase, third_party_cookies_work=worked) for phase, worked in zip(phases, told, strict=True)
    )

    answer = answer_on("E03", captures=captures)

    assert answer.outcome is outcome
    assert [item.subject for item in answer.items] == [
        f"{phase}.har" for phase, worked in zip(phases, told, strict=True) if worked is False
    ]
