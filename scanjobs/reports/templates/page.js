// Folding, printing, colours, the place in the contents.
(() => {
  const root = document.documentElement;

  // A link from the verdict opens the finding it leads to.
  function openTarget() {
    const target = location.hash.startsWith("#finding-") && document.getElementById(location.hash.slice(1));
    if (target) target.open = true;
  }
  addEventListener("hashchange", openTarget);
  openTarget();

  // On paper nothing can be unfolded and no page turned.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((details) => { details.open = true; });
    longTables.forEach((table) => table.drawEverything());
  });
  addEventListener("afterprint", () => {
    closed.forEach((details) => { details.open = false; });
    longTables.forEach((table) => table.draw());
  });

  const theme = document.getElementById("theme");
  const isDark = () => (root.dataset.theme
    || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? theme.dataset.light : theme.dataset.dark; };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  nameTheme();
  theme.hidden = false;

  // The copy event takes both forms at once and needs no permission, also where the page is a file.
  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    const told = button.parentElement.querySelector("[role=status]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const copy = (event) => {
        event.clipboardData.setData("text/html", source.innerHTML.trim());
        event.clipboardData.setData("text/plain", source.innerHTML.trim());
        event.preventDefault();
      };
      document.addEventListener("copy", copy);
      const isCopied = document.execCommand("copy");
      document.removeEventListener("copy", copy);
      told.textContent = isCopied ? button.dataset.done : button.dataset.failed;
    });
  }

  const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
  const visible = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) visible.add(target.id);
      else visible.delete(target.id);
    }
    const current = [...links.keys()].find((id) => visible.has(id));
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-15% 0px -70% 0px" });
  document.querySelectorAll("main > section").forEach((section) => watcher.observe(section));
})();
