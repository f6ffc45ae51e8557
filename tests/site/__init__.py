"""A lamp shop with a consent banner and its third parties, served over HTTPS on loopback.

    with site.serve() as shop:
        cookies = visits.visit(shop, ConsentPhase.ACCEPTED, har=Path("accepted.har"))

Only a browser started with `shop.browser_arguments` finds it: every host ends in `.example`.
"""

from tests.site.server import Shop, serve

__all__ = ["Shop", "serve"]
