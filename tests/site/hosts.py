"""What each host of the test site answers: pages of the shop, its tags, and the third parties' pixels."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

from tests.site import cookies

_PAGES = Path(__file__).parent / "pages"
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@dataclass(frozen=True)
class Request:
    """What a host needs to know to answer."""

    method: str
    path: str
    query: dict[str, str]
    cookies: dict[str, str]

    @property
    def choice(self) -> str | None:
        """What the visitor chose: `accepted`, `rejected`, or None as long as nothing was chosen."""
        return self.cookies.get("CookieConsent")


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    cookies: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Lamp:
    """One product of the shop."""

    name: str
    price: str
    line: str
    text: str


LAMPS = {
    "quay": Lamp(
        "Quay",
        "€ 148",
        "A brass table lamp with a linen shade.",
        "Turned from one bar of brass and left unlacquered, so that it darkens where hands touch it.",
    ),
    "buoy": Lamp(
        "Buoy",
        "€ 96",
        "A glass globe that stands where you put it.",
        "Mouth-blown opal glass on a weighted foot. It rights itself when someone walks into the table.",
    ),
    "crane": Lamp(
        "Crane",
        "€ 210",
        "A reading lamp with a long, quiet arm.",
        "Two springs balance the arm; it stays where you leave it and never asks for a screwdriver.",
    ),
    "mole": Lamp(
        "Mole",
        "€ 124",
        "A low lamp for window sills and late evenings.",
        "Its shade sits close to the wood and throws all its light down. The room stays dark, the book not.",
    ),
}


def answer(host: str, method: str, target: str, cookie_header: str) -> Answer:
    """The answer of one host to one request; 421 for a host the site does not play."""
    play = _PLAYED.get(host)
    if play is None:
        return Answer(b"No such host.", "text/plain", 421)
    url = urlsplit(target)
    return play(
        Request(
            method=method,
            path=url.path,
            query={name: values[0] for name, values in parse_qs(url.query).items()},
            cookies={name: morsel.value for name, morsel in SimpleCookie(cookie_header).items()},
        )
    )


def _shop(request: Request) -> Answer:
    if request.path == "/shop.css":
        return _file("shop.css", "text/css")
    if request.path == "/":
        return _page(request, "home.html", title="Lamps for long evenings", cards=_cards())
    if request.path == "/cookies":
        return _page(request, "cookies.html", title="Cookies")
    lamp = LAMPS.get(request.path.removeprefix("/lamps/"))
    if lamp is None:
        return Answer(b"Nothing here but the tide.", "text/plain", 404)
    key = request.path.removeprefix("/lamps/")
    return _page(request, "lamp.html", title=lamp.name, key=key, **vars(lamp))


def _page(request: Request, file: str, **words: str) -> Answer:
    """A page of the shop with the cookies that come with every page."""
    sent = [cookies.balancer()]
    if "PHPSESSID" not in request.cookies:
        sent.append(cookies.SESSION)
    if request.choice == "accepted":
        sent += [cookies.LANGUAGE, cookies.PREFERENCE]
        if request.path.startswith("/lamps/"):
            sent.append(cookies.VIEWED)
    drawings = (_PAGES / "lamps.svg").read_text(encoding="utf-8")
    main = Template((_PAGES / file).read_text(encoding="utf-8")).substitute(words)
    frame = Template((_PAGES / "frame.html").read_text(encoding="utf-8"))
    body = frame.substitute(title=words["title"], main=main, drawings=drawings)
    return Answer(body.encode(), cookies=tuple(sent))


def _cards() -> str:
    card = Template((_PAGES / "card.html").read_text(encoding="utf-8"))
    return "".join(card.substitute(key=key, **vars(lamp)) for key, lamp in LAMPS.items())


def _tags(request: Request) -> Answer:
    if request.path in ("/consent.js", "/tags.js"):
        return _file(request.path.removeprefix("/"), "text/javascript")
    if request.path == "/collect.gif" and request.choice == "accepted":
        return Answer(_PIXEL, "image/gif", cookies=cookies.ANALYTICS)
    if request.path == "/choice" and request.method == "POST":
        return Answer(
            status=204,
            cookies=(cookies.CHOICE.format(choice=request.query["is"]),),
            headers=(
                ("Access-Control-Allow-Origin", f"https://{cookies.SHOP}"),
                ("Access-Control-Allow-Credentials", "true"),
            ),
        )
    return Answer(b"", "text/plain", 404)


def _ads(request: Request) -> Answer:
    early = request.query.get("choice") == "none"
    return Answer(_PIXEL, "image/gif", cookies=(cookies.AD_EARLY if early else cookies.AD,))


def _stats(request: Request) -> Answer:
    return Answer(_PIXEL, "image/gif", cookies=(cookies.COUNT,))


def _fonts(request: Request) -> Answer:
    css = b":root { --letters: 'Iowan Old Style', Palatino, 'DejaVu Serif', Georgia, serif; }\n"
    return Answer(css, "text/css", cookies=(cookies.GUARD,))


def _file(name: str, content_type: str) -> Answer:
    return Answer((_PAGES / name).read_bytes(), f"{content_type}; charset=utf-8")


_PLAYED: dict[str, Callable[[Request], Answer]] = {
    cookies.SHOP: _shop,
    cookies.TAGS: _tags,
    cookies.ADS: _ads,
    cookies.STATS: _stats,
    cookies.FONTS: _fonts,
}
