"""The list of what makers document: complete, and never against the list of exempt cookies."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib import resources

from scanjobs.classification.exemption import curated_list
from scanjobs.domain.purposes import Category, Exemption


def groups():
    data = resources.files("scanjobs.classification").joinpath("data/documented.toml")
    return tomllib.loads(data.read_text(encoding="utf-8"))["documented"]


def test_every_entry_names_its_vendor_its_purpose_and_its_source():
    for group in groups():
        assert set(group) <= {"vendor", "category", "source", "names", "prefixes", "patterns", "domains"}
        assert group["vendor"]
        assert Category(group["category"]) is not Category.UNCLASSIFIED
        assert len(group["source"]) > 20
        assert group.get("names") or group.get("prefixes") or group.get("patterns")


def test_prefixes_are_long_enough_to_mean_somebody():
    assert [p for group in groups() for p in group.get("prefixes", ()) if len(p) < 3] == []


def test_domains_are_written_as_they_are_compared():
    domains = [domain for group in groups() for domain in group.get("domains", ())]

    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) for domain in domains)


def test_no_name_is_there_twice():
    names = Counter(
        (name, tuple(group.get("domains", ())))
        for group in groups()
        for name in (*group.get("names", ()), *group.get("prefixes", ()))
    )

    assert [name for name, count in names.items() if count > 1] == []


def test_what_is_documented_as_tracking_everywhere_is_on_no_list_of_exempt_cookies():
    tracking = [
        name
        for group in groups()
        if group["category"] in ("analytics", "marketing") and not group.get("domains")
        for name in group.get("names", ())
    ]
    listed = {name: curated_list().find(name) for name in tracking}

    assert [name for name, found in listed.items() if found and found.exemption is Exemption.EXEMPT] == []
