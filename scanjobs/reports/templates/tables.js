// Long tables, sorted, filtered and searched in memory.
"use strict";
const longTables = (() => {
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const number = new Intl.NumberFormat(language);
  const SHORT = 160; // characters of a text that stand in a cell; the rest is among the details
  const CHUNK = 400; // rows that are drawn first where all are asked for

  // Values stand in a list; where they repeat, once each, and every row has the place of its own.
  class Field {
    constructor(encoded) {
      this.values = Array.isArray(encoded) ? encoded : encoded.values;
      this.places = Array.isArray(encoded) ? null : encoded.rows || null;
      this.isConstant = !Array.isArray(encoded) && !encoded.rows;
      this.lowered = null;
    }
    at(row) {
      if (this.isConstant) return this.values[0];
      return this.places ? this.values[this.places[row]] : this.values[row];
    }
    // For each row what `judge` says of its value, asked once for each different value.
    spread(judge, count) {
      const judged = this.values.map(judge);
      if (this.isConstant) return new Array(count).fill(judged[0]);
      return this.places ? this.places.map((place) => judged[place]) : judged;
    }
    contains(word, count) {
      this.lowered = this.lowered || this.values.map((text) => text.toLowerCase());
      const hits = this.lowered.map((text) => text.includes(word));
      if (!hits.includes(true)) return null;
      return this.spread((_, place) => hits[place], count);
    }
    // Equal values share a rank, so that ties keep the order they had.
    ranks(count) {
      const { values } = this;
      const compare = typeof values[0] === "number" ? (a, b) => a - b : collator.compare;
      const order = values.map((_, index) => index).sort((a, b) => compare(values[a], values[b]));
      const ranks = new Array(values.length);
      order.forEach((index, place) => {
        const before = order[place - 1];
        ranks[index] = place && compare(values[before], values[index]) === 0 ? ranks[before] : place;
      });
      return this.spread((_, index) => ranks[index], count);
    }
  }

  const loaded = new Map();
  function rowsOf(name) {
    if (!loaded.has(name)) {
      const data = JSON.parse(document.getElementById(`rows-${name}`).textContent);
      for (const kind of ["fields", "codes", "order"]) {
        for (const key of Object.keys(data[kind])) data[kind][key] = new Field(data[kind][key]);
      }
      loaded.set(name, data);
    }
    return loaded.get(name);
  }

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function shortened(text) {
    if (text.length <= SHORT) return text;
    return `${Array.from(text.slice(0, 2 * SHORT)).slice(0, SHORT).join("")}…`;
  }

  class LongTable {
    constructor(root) {
      this.find = (selector) => root.querySelector(selector);
      this.root = root;
      this.data = rowsOf(root.dataset.rows);
      this.body = this.find("tbody");
      this.headings = [...root.querySelectorAll("thead th")];
      this.columns = this.headings.map((heading) => ({ ...heading.dataset, title: heading.textContent }));
      this.filters = [...root.querySelectorAll("select[data-filter]")];
      this.shown = Array.from({ length: this.data.count }, (_, row) => row);
      this.opened = new Set();
      this.page = 0;
      this.sortedBy = null;
      this.direction = 1;
      this.drawing = 0;
      if (matchMedia("(max-width: 40rem)").matches) this.find(".size").value = "10";
      this.listen();
      for (const hidden of root.querySelectorAll("[hidden]")) hidden.hidden = false;
      this.draw();
    }

    get size() {
      return Number(this.find(".size").value) || Math.max(this.shown.length, 1);
    }
    get pages() {
      return Math.max(1, Math.ceil(this.shown.length / this.size));
    }

    listen() {
      const { find } = this;
      this.headings.forEach((heading, index) => {
        const button = make("button", { type: "button" }, ...heading.childNodes);
        heading.append(button);
        const { key } = this.columns[index];
        button.addEventListener("click", () => {
          this.sort(key, this.sortedBy === key ? -this.direction : 1);
        });
        for (const [sign, arrow] of [["", "↑"], ["-", "↓"]]) {
          find(".order").append(new Option(`${this.columns[index].title} ${arrow}`, sign + key));
        }
      });
      find(".order").addEventListener("change", (event) => {
        const chosen = event.target.value;
        this.sort(chosen.replace(/^-/, "") || null, chosen.startsWith("-") ? -1 : 1);
      });
      let waiting;
      find(".search").addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => this.apply(), 80);
      });
      for (const filter of this.filters) filter.addEventListener("change", () => this.apply());
      find(".size").addEventListener("change", () => this.turn(0));
      find(".reset").addEventListener("click", () => {
        find(".search").value = "";
        for (const filter of this.filters) filter.value = "";
        this.apply();
        find(".search").focus();
      });
      find(".page-number").addEventListener("change", (event) => this.turn(Number(event.target.value) - 1));
      for (const button of this.root.querySelectorAll("[data-step]")) {
        button.addEventListener("click", () => {
          if (button.getAttribute("aria-disabled") === "true") return;
          this.turn(this.page + Number(button.dataset.step));
          const top = find(".long-top");
          if (top.getBoundingClientRect().top < 0) top.scrollIntoView();
        });
      }
      this.body.addEventListener("click", (event) => {
        const button = event.target.closest(".open");
        if (button) this.toggle(button);
      });
    }

    sort(key, direction) {
      this.sortedBy = key;
      this.direction = direction;
      this.headings.forEach((heading, index) => {
        if (this.columns[index].key !== key) heading.removeAttribute("aria-sort");
        else heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      });
      this.find(".order").value = key ? (direction > 0 ? "" : "-") + key : "";
      this.apply();
    }

    apply() {
      const { count, fields, codes, order } = this.data;
      const tests = [];
      for (const { value, dataset } of this.filters) {
        if (value) tests.push(codes[dataset.filter].spread((code) => code.split(" ").includes(value), count));
      }
      const words = this.find(".search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      for (const word of words) {
        const hits = Object.values(fields).map((field) => field.contains(word, count)).filter(Boolean);
        tests.push(Array.from({ length: count }, (_, row) => hits.some((hit) => hit[row])));
      }
      this.shown = [];
      for (let row = 0; row < count; row++) {
        if (tests.every((test) => test[row])) this.shown.push(row);
      }
      if (this.sortedBy) {
        const ranks = (order[this.sortedBy] || fields[this.sortedBy]).ranks(count);
        this.shown.sort((a, b) => this.direction * (ranks[a] - ranks[b]) || a - b);
      }
      this.find(".reset").disabled = tests.length === 0;
      this.turn(0);
    }

    turn(page) {
      this.page = Math.min(Math.max(page || 0, 0), this.pages - 1);
      this.draw();
    }

    draw() {
      const start = this.page * this.size;
      const rows = this.shown.slice(start, start + this.size);
      const drawing = ++this.drawing;
      this.body.replaceChildren(this.lines(rows.slice(0, CHUNK)));
      // All of many thousand rows come in a few growing pieces: the first are there at once, and a browser
      // lays out the whole table again with every piece.
      const goOn = (from) => {
        if (drawing !== this.drawing || from >= rows.length) return;
        this.body.append(this.lines(rows.slice(from, 4 * from)));
        setTimeout(goOn, 0, 4 * from);
      };
      setTimeout(goOn, 0, CHUNK);
      this.tell(start, start + rows.length);
    }

    drawEverything() {
      this.drawing++;
      this.body.replaceChildren(this.lines(this.shown, true));
    }

    tell(start, end) {
      const { find, pages } = this;
      const all = this.data.count;
      const { some, part, none } = find(".count").dataset;
      const template = this.shown.length === 0 ? none : this.shown.length === all ? some : part;
      const numbers = { first: start + 1, last: end, shown: this.shown.length, all };
      find(".count").textContent = template.replace(/\{(\w+)\}/g, (_, name) => number.format(numbers[name]));
      find(".page-number").value = this.page + 1;
      find(".page-number").max = pages;
      find(".pages").textContent = number.format(pages);
      find(".pager").hidden = pages === 1;
      for (const button of this.root.querySelectorAll("[data-step]")) {
        const page = this.page + Number(button.dataset.step);
        button.setAttribute("aria-disabled", String(page < 0 || page >= pages));
      }
    }

    lines(rows, isWhole = false) {
      const lines = document.createDocumentFragment();
      for (const row of rows) {
        const line = make("tr");
        this.columns.forEach((column, index) => line.append(this.cell(column, row, index === 0, isWhole)));
        lines.append(line);
        if (this.opened.has(row)) lines.append(this.details(row));
      }
      return lines;
    }

    cell(column, row, isFirst, isWhole) {
      const { fields, codes, details } = this.data;
      const cell = make("td", { dir: "auto" });
      const text = fields[column.key].at(row);
      const shown = isWhole ? text : shortened(text);
      const content = [shown];
      if (column.swatch) {
        content.unshift(make("i", { className: `swatch c-${codes[column.swatch].at(row)}` }));
      }
      if (column.note) {
        const note = fields[column.note].at(row);
        content.push(make("small", {}, isWhole ? note : shortened(note)));
      }
      if (column.tone) cell.className = `tone t-${codes[column.tone].at(row)}`;
      if (column.number !== undefined) cell.className = "n";
      if (!isFirst) {
        cell.dataset.label = column.title;
        cell.append(...content);
        return cell;
      }
      const heading = make("th", { scope: "row", dir: "auto" });
      if (details.length) {
        const button = make("button", { type: "button", className: "open" });
        button.dataset.row = row;
        button.setAttribute("aria-expanded", String(this.opened.has(row)));
        button.setAttribute("aria-label", this.root.dataset.open.replace("{name}", () => shown));
        content.unshift(button);
      }
      heading.append(...content);
      return heading;
    }

    details(row) {
      const { fields, details } = this.data;
      const facts = make("dl", { className: "facts" });
      for (const { title, keys } of details) {
        const texts = keys.map((key) => fields[key].at(row)).filter(Boolean);
        if (!texts.length) continue;
        const told = make("dd", {});
        for (const text of texts) told.append(make("span", { dir: "auto" }, text));
        facts.append(make("div", {}, make("dt", {}, title), told));
      }
      return make("tr", { className: "details" }, make("td", { colSpan: this.columns.length }, facts));
    }

    toggle(button) {
      const row = Number(button.dataset.row);
      const line = button.closest("tr");
      if (this.opened.delete(row)) line.nextElementSibling.remove();
      else {
        this.opened.add(row);
        line.after(this.details(row));
      }
      button.setAttribute("aria-expanded", String(this.opened.has(row)));
    }
  }

  return [...document.querySelectorAll(".long")].map((root) => new LongTable(root));
})();
