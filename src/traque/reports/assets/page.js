"use strict";
// Sorting, filtering and pages of the sightings; what opens for print. Without it the page still reads.
(() => {
  const table = document.getElementById("table");
  if (!table) return;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("words");
  const index = read("index"); // [verdict, value, records, first, last, where, all words] of each sighting
  const language = document.documentElement.lang;
  const compare = new Intl.Collator(language, { numeric: true, sensitivity: "base" }).compare;
  const format = new Intl.NumberFormat(language).format;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const $ = (id) => document.getElementById(id);

  // Rows: the first stand in the page, the others wait in blocks, a row a line.
  const SIZE = 100;
  const blocks = [...document.querySelectorAll("script.rows")];
  const first = [...table.tBodies].map((body) => body.outerHTML);
  const opened = new Map();
  const row = (at) => {
    const page = Math.floor(at / SIZE);
    if (page === 0) return first[at];
    if (!opened.has(page)) {
      if (opened.size > 20) opened.clear();
      opened.set(page, blocks[page - 1].textContent.split("\n"));
    }
    return opened.get(page)[at % SIZE];
  };

  const COLUMNS = { verdict: null, indicator: 1, records: 2, first: 3, last: 4, where: 5 };
  const FALLING = new Set(["records"]);
  const state = { sort: "verdict", falling: false, page: 0, wanted: "", verdicts: null };
  const ladder = [...document.querySelectorAll("#controls input[name=verdict]")];
  const ranks = new Map();
  index.forEach(([verdict]) => ranks.has(verdict) || ranks.set(verdict, ranks.size));
  let order = [];

  const choose = () => {
    const needles = state.wanted.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = new Set(ladder.filter((box) => box.checked).map((box) => Number(box.value)));
    order = [];
    index.forEach((keys, at) => {
      if (kept.has(ranks.get(keys[0])) && needles.every((needle) => keys[6].includes(needle))) order.push(at);
    });
    const column = COLUMNS[state.sort];
    const way = state.falling ? -1 : 1;
    if (column === null) {
      if (state.falling) order.reverse();
      return;
    }
    const text = column === 1 || column === 5;
    order.sort((a, b) => {
      const one = index[a][column], other = index[b][column];
      if (!text && (one === 0 || other === 0) && one !== other && column !== 2) return one === 0 ? 1 : -1; // undated last
      return way * (text ? compare(one, other) : one - other) || a - b;
    });
  };

  const show = () => {
    const pages = Math.max(1, Math.ceil(order.length / SIZE));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const from = state.page * SIZE;
    [...table.tBodies].forEach((body) => body.remove());
    table.insertAdjacentHTML("beforeend", order.slice(from, from + SIZE).map(row).join(""));
    $("shown").textContent = fill(words.shown, { n: format(order.length), total: format(index.length) });
    $("page").textContent = fill(words.page, { page: format(state.page + 1), pages: format(pages) });
    $("previous").disabled = state.page === 0;
    $("next-page").disabled = state.page === pages - 1;
    $("pager").hidden = pages === 1;
    table.querySelectorAll("th[data-key]").forEach((head) => {
      if (head.dataset.key === state.sort) head.setAttribute("aria-sort", state.falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  };
  const again = () => { state.page = 0; choose(); show(); };

  table.querySelectorAll("[data-sort]").forEach((label) => {
    const key = label.dataset.sort;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label.textContent;
    button.title = fill(words.sort, { column: label.textContent });
    label.closest("th").dataset.key = key;
    label.replaceWith(button);
    button.addEventListener("click", () => {
      state.falling = state.sort === key ? !state.falling : FALLING.has(key);
      state.sort = key;
      again();
    });
  });

  let timer = 0;
  $("search").addEventListener("input", (event) => {
    state.wanted = event.target.value;
    clearTimeout(timer);
    timer = setTimeout(again, index.length > 5000 ? 150 : 0);
  });
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  ladder.forEach((box) => box.addEventListener("change", again));
  const turn = (step) => () => { state.page += step; show(); table.scrollIntoView({ block: "start" }); };
  $("previous").addEventListener("click", turn(-1));
  $("next-page").addEventListener("click", turn(1));
  const all = (open) => () => table.querySelectorAll("details").forEach((part) => { part.open = open; });
  $("open").addEventListener("click", all(true));
  $("close").addEventListener("click", all(false));

  // On paper nothing can be opened: the evidence of the first sightings is, unless the reader chose some.
  let lent = [];
  addEventListener("beforeprint", () => {
    const parts = [...table.querySelectorAll("details")];
    lent = parts.some((part) => part.open) ? [] : parts.slice(0, 10);
    lent.push(...document.querySelectorAll("#clocks:not([open]), #leads details:not([open]), #not-seen details:not([open])"));
    lent.push(...[...document.querySelectorAll("#coverage details:not([open], #clocks)")].slice(0, 20));
    lent.forEach((part) => { part.open = true; });
  });
  addEventListener("afterprint", () => lent.forEach((part) => { part.open = false; }));

  $("controls").hidden = false;
  choose();
  show();
})();

// The hours of a day, below the calendar that it was chosen in.
document.addEventListener("click", (event) => {
  const day = event.target.closest("button[data-hours]");
  if (!day) return;
  const place = day.closest("details").querySelector(".hours");
  const hours = day.dataset.hours.split(",").map(Number);
  const most = Math.max(...hours);
  const row = (name, cells) => {
    const line = document.createElement("tr");
    cells.forEach((text, at) => {
      const cell = line.appendChild(document.createElement(name));
      cell.textContent = text;
      if (name === "td" && hours[at]) cell.className = hours[at] * 4 < most ? "h-low" : "h-searched";
    });
    return line;
  };
  const table = document.createElement("table");
  table.className = "heat";
  table.append(row("th", hours.map((_, at) => at)), row("td", hours.map((many) => many || "·")));
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  scroll.append(table);
  place.replaceChildren(place.dataset.said.replace("{day}", day.dataset.day), scroll);
  place.hidden = false;
});
