"""A real browser holds different cookies in each consent phase."""

from __future__ import annotations

import pytest

from scanjobs.domain.cookies import ConsentPhase
from tests.site import cookies

pytestmark = [pytest.mark.chromium, pytest.mark.xdist_group("chromium")]
PHASES = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)


@pytest.mark.parametrize("phase", PHASES)
def test_browser_holds_what_is_documented(jars, phase):
    held = {(cookie["name"], cookie["domain"]) for cookie in jars[phase]}

    assert held == cookies.JAR[phase]


def test_browser_keeps_no_refused_cookie(jars):
    held = {cookie["name"] for jar in jars.values() for cookie in jar}

    assert not held & cookies.REFUSED


def test_counter_is_partitioned_under_the_shop(jars):
    partitions = {cookie["name"]: cookie.get("partitionKey") for cookie in jars[ConsentPhase.ACCEPTED]}

    assert {name: key for name, key in partitions.items() if key} == {
        "_pk_id.4.9f3c": "https://harbour-lamps.example"
    }
