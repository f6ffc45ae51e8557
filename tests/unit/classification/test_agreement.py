"""Labels against those of real consent banners (CookieBlock)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from scanjobs.classification import label_of
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.sites import host_of, party_of, registrable_domain

TRACKING = ("analytics", "marketing")

pytestmark = pytest.mark.samples


@pytest.fixture(scope="module")
def judged():
    """Pairs of what a banner declared and what we say."""
    samples = os.environ.get("SCANJOBS_SAMPLES")
    if not samples:
        pytest.skip("SCANJOBS_SAMPLES does not name the folder of public captures")
    path = Path(samples).parent / "cookieblock" / "labelled-cookies.jsonl"
    if not path.exists():
        pytest.skip(f"There are no labelled cookies at {path}")
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        cookie = json.loads(line)
        domain = cookie["domain"].lstrip(".").lower()
        party = party_of(domain, registrable_domain(host_of(cookie["site"])))
        lifetime = 0 if cookie["session"] else cookie["expiry_seconds"]
        pairs.append((cookie["purpose"], label_of(cookie["name"], domain, party, lifetime_seconds=lifetime)))
    return pairs


def test_tracking_is_almost_never_called_exempt(judged):
    """The worst error: of 200 cookies and more that are called exempt, at most 1 in 100 may be tracking."""
    purposes = [purpose for purpose, label in judged if label.exemption is Exemption.EXEMPT]

    assert len(purposes) >= 200
    assert sum(purpose in TRACKING for purpose in purposes) <= len(purposes) / 100


def test_what_is_declared_necessary_is_often_called_exempt(judged):
    necessary = [label for purpose, label in judged if purpose == "necessary"]
    exempt = [label for label in necessary if label.exemption is Exemption.EXEMPT]

    assert len(exempt) / len(necessary) > 0.5


def test_most_cookies_that_need_consent_are_declared_as_tracking(judged):
    purposes = [purpose for purpose, label in judged if label.exemption is Exemption.NOT_EXEMPT]

    assert sum(purpose in TRACKING for purpose in purposes) / len(purposes) > 0.9


def test_most_cookies_get_a_category(judged):
    classified = [label for _, label in judged if label.category is not Category.UNCLASSIFIED]

    assert len(classified) / len(judged) > 0.95


def test_most_categories_agree_with_the_banner(judged):
    """Necessary and functional count as one: neither databases nor banners keep them apart."""
    broad = {"functional": "necessary"}
    same = [
        broad.get(purpose, purpose) == broad.get(label.category.value, label.category.value)
        for purpose, label in judged
        if label.category is not Category.UNCLASSIFIED
    ]

    assert sum(same) / len(same) > 0.85
