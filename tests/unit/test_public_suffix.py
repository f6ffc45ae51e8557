"""Registrable domains against the vectors of the Public Suffix List and its algorithm, written out once more.

`benchmarks/sites.py` asks three other libraries the same.
"""

from __future__ import annotations

import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import publicsuffixlist
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.sites import is_ip_address, is_public_suffix, registrable_domain

VECTORS = tomllib.loads((Path(__file__).parents[1] / "data" / "public_suffix.toml").read_text("utf-8"))
LISTED = [
    line.strip()
    for line in Path(publicsuffixlist.PSLFILE).read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("//")
]


def punycode(name: str) -> str:
    return name.encode("idna").decode("ascii")


@cache
def rules() -> frozenset[str]:
    """Every rule of the list, in Unicode and in punycode."""
    return frozenset({*LISTED, *map(punycode, LISTED)})


def suffix_labels(labels: list[str]) -> int:
    """How many labels the public suffix has, as https://publicsuffix.org/list/ has it.

    That of an exception, else that of the longest rule, else one.
    """
    tails = [".".join(labels[start:]) for start in range(len(labels))]
    for start, tail in enumerate(tails):
        if f"!{tail}" in rules():
            return len(labels) - start - 1
    for start, (tail, below) in enumerate(pairwise([*tails, ""])):
        if tail in rules() or f"*.{below}" in rules():
            return len(labels) - start
    return 1


def site_of(name: str) -> str:
    """The suffix and one label more, or the name itself where it has no more."""
    labels = name.split(".")
    return ".".join(labels[-suffix_labels(labels) - 1 :])


def is_suffix(name: str) -> bool:
    """True when the suffix is all there is."""
    labels = name.split(".")
    return suffix_labels(labels) == len(labels)


def is_root_of_a_wildcard(name: str) -> bool:
    """True for `kobe.jp`, since `*.kobe.jp` is on the list.

    publicsuffixlist takes it for a public suffix as well; by the letter of the algorithm it is none.
    """
    return f"*.{name}" in rules()


@pytest.mark.parametrize(("name", "registrable"), VECTORS["vectors"], ids=lambda text: text or "none")
def test_vectors(name, registrable):
    """What has no registrable domain stands for itself, so that every cookie has a site."""
    listed = dict(VECTORS["differences"]["vectors"])

    assert registrable_domain(name) == listed.get(name, registrable or name.lower())
    assert is_public_suffix(name) is (not registrable and name not in listed)


def test_the_algorithm_has_every_vector():
    """What the next tests compare with is right itself."""
    vectors = [(name.lower(), site) for name, site in VECTORS["vectors"] if not name.startswith(".")]

    assert [site_of(name) for name, _ in vectors] == [site or name for name, site in vectors]
    assert [is_suffix(name) for name, _ in vectors] == [not site for _, site in vectors]


def test_listed_differences_are_some():
    """A difference that is none any more must leave the list; the numbers are those of docs/accuracy.md."""
    told = dict(VECTORS["vectors"])

    assert all(
        registrable_domain(name) == site != told[name] for name, site in VECTORS["differences"]["vectors"]
    )
    assert (len(told), len(VECTORS["differences"]["vectors"])) == (77, 4)


def test_every_rule_of_the_list():
    """At each suffix, and one, two and three labels below it; only at the roots of wildcards both differ."""
    names = {rule.removeprefix("!").removeprefix("*.") for rule in rules()}
    asked = {f"{below}{name}" for name in names for below in ("", "a.", "b.a.", "c.b.a.")}
    roots = {name for name in names if is_root_of_a_wildcard(name)}

    assert len(asked) > 40_000
    assert {name for name in asked if registrable_domain(name) != site_of(name)} == {
        name for name in roots if site_of(name) != name
    }
    assert {name for name in asked if is_public_suffix(name) is not is_suffix(name)} == {
        name for name in roots if not is_suffix(name)
    }


def test_punycode_and_unicode_name_the_same_site():
    """Every rule beyond ASCII, with a name of its own below it."""
    names = [
        f"www.bücher.{rule.removeprefix('!').removeprefix('*.')}" for rule in LISTED if not rule.isascii()
    ]

    assert len(names) > 200
    assert [punycode(registrable_domain(name)) for name in names] == [
        registrable_domain(punycode(name)) for name in names
    ]


LABELS = st.one_of(
    st.sampled_from(sorted({label for rule in LISTED for label in rule.strip("!*.").split(".")})),
    st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,8}[a-z0-9])?", fullmatch=True),
)


@given(st.lists(LABELS, min_size=1, max_size=6), st.sampled_from(["", *LISTED]))
def test_generated_names(labels, rule):
    """Labels of the list in any order, and others, alone and below a rule."""
    ending = rule.removeprefix("!").removeprefix("*.")
    name = ".".join([*labels, ending] if ending else labels)

    if not is_root_of_a_wildcard(name) and not is_ip_address(name):
        assert registrable_domain(name) == site_of(name)
        assert is_public_suffix(name) is is_suffix(name)
