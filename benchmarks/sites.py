"""Compares the registrable domains of scanjobs with those of three libraries that share no line with its own.

    pip install tldextract publicsuffix2 pslr
    python benchmarks/sites.py FOLDER...

The names are the hosts in the files of each folder, the vectors of the list, names from every rule of it,
and odd ones. Nothing asks the network. tldextract and publicsuffix2 are asked with the list that scanjobs
uses and with the one they bring; pslr has its own inside. A name without a registrable domain stands for
itself, whoever says so. A library that cannot be imported is left out, and said to be.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import publicsuffixlist
from tables import show

from scanjobs import sites

LIST = Path(publicsuffixlist.PSLFILE)
VECTORS = Path(__file__).parents[1] / "tests" / "data" / "public_suffix.toml"
HOST = re.compile(
    rb"\b(?:https?|wss?)(?::|%3a)(?:\\?/|%2f){2}(?:[\w.~%-]*(?::[\w.~%-]*)?@)?([\w.-]+|\[[0-9a-f:.]+\])",
    re.IGNORECASE,
)
DOMAIN = re.compile(rb'"domain":\s*"\.?([\w.-]+)"')
ODD = (
    *("127.0.0.1", "::1", "2001:db8::1", "localhost", "com", "example", "www.shop.unlisted"),
    *("www.example.com.", ".www.example.com", "WWW.Example.COM", "a_b.example.com", "-.example.com"),
    *("bücher.example", "www.xn--bcher-kva.example"),
)


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Another library, with one list."""

    name: str
    ask: Callable[[str], str | None]
    """The registrable domain of a name, or nothing."""
    lists: str = "unexplained"
    """What it means that its list has another suffix for a name."""


def main() -> int:
    """Print who agrees on how many names, and why the others differ."""
    arguments = _arguments()
    rules = list(_rules())
    names = {str(folder): sorted(set(_hosts(folder))) for folder in arguments.folders}
    names["vectors of the list"] = [name for name, _ in tomllib.loads(VECTORS.read_text("utf-8"))["vectors"]]
    names["every rule, and below it"] = [name for rule in rules for name in _around(rule)]
    names["odd names"] = list(ODD)
    reasons = _Reasons(rules)
    rows = []
    for peer in _peers():
        for kind, asked in names.items():
            told: Counter[str] = Counter()
            for name in asked:
                other = (peer.ask(name) or name).lower().strip(".")
                if other == sites.registrable_domain(name):
                    continue
                told[reasons.of(name, other, peer)] += 1
                if arguments.show:
                    line = f"{peer.name}: {name}: {other}, not {sites.registrable_domain(name)}"
                    print(line, file=sys.stderr)
            why = ", ".join(f"{count:,} {reason}" for reason, count in told.most_common()) or "-"
            rows.append((peer.name, kind, f"{len(asked):,}", f"{len(asked) - told.total():,}", why))
    version = re.search(r"VERSION: (\S+)", LIST.read_text("utf-8"))
    print(f"our list: {version[1] if version else '?'} ({metadata.version('publicsuffixlist')})")
    show("Registrable domains", ("library", "names", "asked", "agree", "differ for"), rows)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, help="captures, or any files that name hosts")
    parser.add_argument("--show", action="store_true", help="tell every name that differs on standard error")
    return parser.parse_args()


def _peers() -> Iterator[Peer]:
    for name, peers in (("tldextract", _tldextract), ("publicsuffix2", _publicsuffix2), ("pslr", _pslr)):
        try:
            yield from peers(f"{name} {metadata.version(name)}")
        except ImportError:
            print(f"{name} is left out: it is not installed")


def _tldextract(name: str) -> Iterator[Peer]:
    import tldextract

    def peer(told: str, urls: tuple[str, ...], lists: str, private: bool = True) -> Peer:
        extract = tldextract.TLDExtract(
            cache_dir=None,
            suffix_list_urls=urls,
            fallback_to_snapshot=not urls,
            include_psl_private_domains=private,
        )
        return Peer(
            name=f"{name}, {told}", ask=lambda host: extract(host).top_domain_under_public_suffix, lists=lists
        )

    yield peer("our list", (LIST.as_uri(),), "unexplained")
    yield peer("its list", (), "other versions of the list")
    yield peer("our list, ICANN only", (LIST.as_uri(),), "private suffixes", private=False)


def _publicsuffix2(name: str) -> Iterator[Peer]:
    from publicsuffix2 import PublicSuffixList

    def peer(told: str, path: str | None, lists: str) -> Peer:
        # It reads either punycode or Unicode, not both.
        punycode, unicode = PublicSuffixList(path, idna=True), PublicSuffixList(path, idna=False)
        return Peer(
            name=f"{name}, {told}",
            ask=lambda host: (punycode if host.isascii() else unicode).get_sld(host),
            lists=lists,
        )

    yield peer("our list", str(LIST), "unexplained")
    yield peer("its list", None, "other versions of the list")


def _pslr(name: str) -> Iterator[Peer]:
    import pslr

    yield Peer(name=f"{name}, its list", ask=pslr.privatesuffix, lists="other versions of the list")


class _Reasons:
    """Why two answers differ, from what the lists say of the name."""

    def __init__(self, rules: list[str]) -> None:
        self._rules = set(rules)
        self._top_level = {rule.rpartition(".")[2] for rule in rules}

    def of(self, name: str, other: str, peer: Peer) -> str:
        """A few words."""
        bare = name.lower().strip(".")
        if sites.is_ip_address(bare):
            return "addresses"
        if bare != name.lower():
            return "dots around the name"
        if bare.rpartition(".")[2] not in self._top_level:
            return "unlisted top-level domains"
        below = f"b.a.{bare}"
        if f"*.{bare}" in self._rules and peer.ask(below) == below:
            return "roots of wildcards"
        suffix, other_suffix = sites.registrable_domain(name).partition(".")[2], other.partition(".")[2]
        if peer.ask(suffix) or not sites.is_public_suffix(other_suffix):
            return peer.lists
        return "unexplained"


def _hosts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_bytes()
            for found in (*HOST.findall(text), *DOMAIN.findall(text)):
                yield found.decode("ascii", "replace").lower().strip("[]")


def _rules() -> Iterator[str]:
    """Every rule of our list, in Unicode and, where that differs, in punycode."""
    for line in LIST.read_text("utf-8").splitlines():
        rule = line.strip()
        if rule and not rule.startswith("//"):
            yield from {rule, rule.encode("idna").decode("ascii")}


def _around(rule: str) -> Iterator[str]:
    name = rule.removeprefix("!").removeprefix("*.")
    yield from (name, f"a.{name}", f"b.a.{name}", f"c.b.a.{name}")


if __name__ == "__main__":
    sys.exit(main())
