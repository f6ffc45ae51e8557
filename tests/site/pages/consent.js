// Asks for consent until there is a choice, and tells the tag host what was chosen.
(() => {
  const choose = async (choice) => {
    await fetch("https://tags.harbour-lamps.example/choice?is=" + choice, {
      method: "POST",
      credentials: "include",
    });
    location.reload();
  };
  const listen = (root) =>
    root.querySelectorAll("[data-choice]").forEach((button) =>
      button.addEventListener("click", () => choose(button.dataset.choice)));

  listen(document);
  if (/(^|; )CookieConsent=/.test(document.cookie)) return;

  const banner = document.createElement("section");
  banner.id = "consent";
  banner.setAttribute("role", "dialog");
  banner.setAttribute("aria-label", "Cookie choice");
  banner.innerHTML = `
    <div>
      <h2>A word about cookies</h2>
      <p>We use cookies to run the shop and, if you agree, to count visits and show advertisements.
      <a href="/cookies">Settings</a></p>
    </div>
    <p class="choices">
      <button class="button" type="button" id="reject" data-choice="rejected">Reject all</button>
      <button class="button" type="button" id="accept" data-choice="accepted">Accept all</button>
    </p>`;
  document.body.append(banner);
  listen(banner);
})();
