// Loads what the shop has signed up for. Two faults are here on purpose: analytics does not wait for the
// choice, and the advertisement ignores a no.
(() => {
  const choice = (/(?:^|; )CookieConsent=(\w+)/.exec(document.cookie) || [])[1] || "none";
  const touch = (url) => { new Image().src = url; };

  if (choice === "none") {
    document.cookie =
      "_ga=GA1.1.1046821733.1700000000; domain=harbour-lamps.example; path=/; max-age=63072000; samesite=lax";
    localStorage.setItem("hl_visitor", "1046821733");
  }
  if (choice === "accepted") {
    touch("https://tags.harbour-lamps.example/collect.gif");
    touch("https://stats.countwell.example/hit.gif?site=4");
  }
  touch("https://ads.brightbanner.example/pixel.gif?choice=" + choice);
})();
