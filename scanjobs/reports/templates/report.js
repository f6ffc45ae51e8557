"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (id) => document.getElementById(id);
  const body = find("table").tBodies[0];
  const headings = [...find("table").tHead.rows[0].cells];
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });

  // A column is a list of texts, or a list of different texts with an index into it for each row.
  const value = (key, row) => {
    const column = data.columns[key];
    return column.texts ? column.texts[column.rows[row]] : column[row];
  };

  let shown = Array.from({ length: data.count }, (_, row) => row);
  let sortedBy = null;
  let direction = 1;
  let page = 0;
  let haystack = null;

  function cell(key, row, isFirst) {
    const element = document.createElement(isFirst ? "th" : "td");
    if (isFirst) element.scope = "row";
    element.dir = "auto";
    const lines = value(key, row).split("\n");
    if (key === "category") {
      const swatch = document.createElement("i");
      swatch.className = "swatch c-" + lines[0].toLowerCase();
      element.append(swatch);
    }
    element.append(lines[0]);
    for (const line of lines.slice(1)) {
      const small = document.createElement("small");
      small.textContent = line;
      element.append(small);
    }
    return element;
  }

  function draw() {
    const size = Number(find("size").value) || Math.max(shown.length, 1);
    const pages = Math.max(1, Math.ceil(shown.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const start = page * size;
    const end = Math.min(start + size, shown.length);
    const rows = document.createDocumentFragment();
    for (const row of shown.slice(start, end)) {
      const line = document.createElement("tr");
      data.keys.forEach((key, index) => line.append(cell(key, row, index === 0)));
      rows.append(line);
    }
    body.replaceChildren(rows);
    const number = (n) => n.toLocaleString("en");
    const all = shown.length === data.count ? "" : `, of ${number(data.count)} in all`;
    find("count").textContent = shown.length
      ? `Cookies ${number(start + 1)} to ${number(end)} of ${number(shown.length)}${all}`
      : "No cookie fits.";
    find("page").textContent = `Page ${page + 1} of ${pages}`;
    find("previous").disabled = page === 0;
    find("next").disabled = page === pages - 1;
  }

  function ranks(key) {
    const numbers = data.order[key];
    if (numbers) return numbers;
    const column = data.columns[key];
    const texts = column.texts || column;
    const order = texts.map((_, index) => index).sort((a, b) => collator.compare(texts[a], texts[b]));
    const rank = new Array(texts.length);
    // Equal texts share a rank, so that ties keep the order they had.
    order.forEach((index, place) => {
      const before = order[place - 1];
      rank[index] = place && collator.compare(texts[before], texts[index]) === 0 ? rank[before] : place;
    });
    return column.texts ? column.rows.map((index) => rank[index]) : rank;
  }

  function apply() {
    const words = find("q").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const category = find("f-category").value;
    const party = find("f-party").value;
    const phase = find("f-phase").value;
    if (words.length && !haystack) {
      haystack = Array.from({ length: data.count }, (_, row) =>
        data.keys.map((key) => value(key, row)).join("\u0001").toLowerCase());
    }
    shown = [];
    for (let row = 0; row < data.count; row++) {
      if (category && value("category", row).split("\n")[0] !== category) continue;
      if (party && value("party", row) !== party) continue;
      if (phase && value("phase-" + phase, row) === "–") continue;
      if (words.every((word) => haystack[row].includes(word))) shown.push(row);
    }
    if (sortedBy) {
      const rank = ranks(sortedBy);
      shown.sort((a, b) => direction * (rank[a] - rank[b]) || a - b);
    }
    page = 0;
    draw();
  }

  headings.forEach((heading) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const key = heading.dataset.key;
      direction = sortedBy === key ? -direction : 1;
      sortedBy = key;
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      apply();
    });
  });

  let waiting;
  find("q").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  });
  for (const id of ["f-category", "f-party", "f-phase"]) find(id).addEventListener("change", apply);
  find("size").addEventListener("change", () => { page = 0; draw(); });
  find("previous").addEventListener("click", () => { page--; draw(); });
  find("next").addEventListener("click", () => { page++; draw(); });

  // A link from the verdict opens the finding it leads to.
  function openTarget() {
    const target = location.hash.startsWith("#finding-") && find(location.hash.slice(1));
    if (target) target.open = true;
  }
  addEventListener("hashchange", openTarget);
  openTarget();

  let before = null;
  addEventListener("beforeprint", () => {
    const closed = [...document.querySelectorAll("details:not([open])")];
    before = { size: find("size").value, page, closed };
    closed.forEach((details) => { details.open = true; });
    find("size").value = "0";
    draw();
  });
  addEventListener("afterprint", () => {
    before.closed.forEach((details) => { details.open = false; });
    find("size").value = before.size;
    page = before.page;
    draw();
  });

  const theme = find("theme");
  const isDark = () => (document.documentElement.dataset.theme
    || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });
  nameTheme();

  for (const id of ["theme", "tools", "pager"]) find(id).hidden = false;
  draw();
})();
