// The page can be read without this. It adds a choice of light and dark, opens what is to be printed, and makes of
// the list of terminals one that can be searched, filtered, sorted and paged. Texts go into the page as texts only.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);

  const theme = byId("theme");
  const isDark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.group:not([open]), #terminals > details.terminal:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });

  // A link to a terminal opens what is told of it.
  const openTarget = () => {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    let details = target && target.closest("details");
    if (!details) return;
    for (; details; details = details.parentElement.closest("details")) details.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", openTarget);
  openTarget();

  const block = byId("data");
  if (!block) return;
  const data = JSON.parse(block.textContent);
  block.remove();

  // Cells of a row. Those from REASON on are there where something is claimed, incidents behind them.
  const [ID, MERCHANT, ATTEMPTS, FAILED, CAUSES] = [0, 1, 2, 3, 4];
  const UNCLASSIFIED = CAUSES + data.causes.length;
  const [STATE, OBSERVED, EXPECTED, CONFIDENCE] = [1, 2, 3, 4].map((more) => UNCLASSIFIED + more);
  const [REASON, START, END, ONGOING, INCIDENTS] = [1, 2, 3, 4, 5].map((more) => CONFIDENCE + more);
  const PAGE = 50;
  const { rows, merchants, reasons, words } = data;

  const collator = new Intl.Collator(data.lang, { numeric: true });
  const known = (number) => (number === undefined || number === null || number < 0 ? -1 : number);
  const reasonOf = (row) => reasons[known(row[REASON])];
  const causeOf = (row) => (reasonOf(row) ? reasonOf(row)[2] : -1);
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
  const decimals = (thousandths) => {
    const whole = Math.floor(thousandths / 1000);
    return `${grouped(whole)}.${String(thousandths % 1000).padStart(3, "0")}`;
  };
  const say = (form, ...told) => told.reduce((text, one) => text.replace("{}", grouped(one)), form);
  const clock = (minutes) => {
    const text = new Date(data.midnight + minutes * 60000).toISOString();
    return data.with_day ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : text.slice(11, 16);
  };

  // What each column is sorted by; numbers begin with the largest.
  const number = (cell) => ({ of: (row) => known(row[cell]), falls: true });
  const moment = (cell) => ({ of: (row) => (row[cell] === undefined || row[cell] === null ? Infinity : row[cell]), falls: false });
  const text = (of) => ({ of, falls: false, isText: true });
  const columns = {
    id: text((row) => row[ID]),
    merchant: text((row) => merchants[row[MERCHANT]]),
    attempts: number(ATTEMPTS),
    failed: number(FAILED),
    unclassified: number(UNCLASSIFIED),
    state: { of: (row) => row[STATE], falls: false },
    reason: text((row) => (reasonOf(row) ? `${data.causes[causeOf(row)][1]} ${reasonOf(row)[1]}` : "\uffff")),
    start: moment(START),
    end: moment(END),
    observed: number(OBSERVED),
    expected: number(EXPECTED),
    confidence: number(CONFIDENCE),
  };
  data.causes.forEach((_, at) => {
    columns[`cause-${at}`] = number(CAUSES + at);
  });

  const fields = { search: byId("search"), state: byId("state"), cause: byId("cause"), incident: byId("incident") };
  const view = { sort: null, falls: false, page: 0, chosen: [] };

  const offer = (select, titles, isThere) => {
    if (!select) return;
    titles.forEach((title, at) => {
      if (isThere(at)) select.append(new Option(title, String(at)));
    });
  };
  const states = new Set(rows.map((row) => row[STATE]));
  offer(fields.state, data.states, (at) => states.has(at));
  const causes = new Set(reasons.map((reason) => reason[2]));
  offer(fields.cause, data.causes.map((cause) => cause[1]), (at) => causes.has(at));

  const chosen = (field) => (fields[field] && fields[field].value !== "" ? Number(fields[field].value) : -1);

  const choose = () => {
    const asked = fields.search.value.trim().toLowerCase();
    const isLike = (word) => word.toLowerCase().includes(asked);
    const likeMerchants = merchants.map(isLike);
    const likeReasons = reasons.map((reason) => isLike(reason[0]) || isLike(reason[1]));
    const [state, cause, incident] = [chosen("state"), chosen("cause"), chosen("incident")];
    view.chosen = [];
    rows.forEach((row, at) => {
      if (state >= 0 && row[STATE] !== state) return;
      if (cause >= 0 && causeOf(row) !== cause) return;
      if (incident >= 0 && row.indexOf(incident, INCIDENTS) < 0) return;
      if (asked && !isLike(row[ID]) && !likeMerchants[row[MERCHANT]] && !likeReasons[known(row[REASON])]) return;
      view.chosen.push(at);
    });
    order();
  };

  const order = () => {
    const column = columns[view.sort];
    if (column) {
      const keys = new Map(view.chosen.map((at) => [at, column.of(rows[at])]));
      const way = view.falls ? -1 : 1;
      const compare = column.isText ? collator.compare : (one, other) => (one < other ? -1 : one > other ? 1 : 0);
      // Those that are alike stay as they are listed, the worst first.
      view.chosen.sort((one, other) => way * compare(keys.get(one), keys.get(other)) || one - other);
    }
    view.page = 0;
    show();
  };

  const element = (name, content, className) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (content !== undefined) made.append(content);
    return made;
  };
  const named = (name) => {
    const made = element("bdi", name);
    made.title = name;
    return made;
  };
  const count = (number) => element("td", grouped(number), number ? "n" : "n zero");

  const shown = (at) => {
    const row = rows[at];
    const line = element("tr");
    const id = element("th");
    id.scope = "row";
    if (at < data.in_full) {
      const link = element("a", named(row[ID]));
      link.href = `#terminal-${at + 1}`;
      id.append(link);
    } else {
      id.append(named(row[ID]));
    }
    line.append(id);
    if (data.is_judged) line.append(element("td", data.states[row[STATE]]));
    const why = element("td");
    const reason = reasonOf(row);
    if (reason) {
      const [name, title] = data.causes[reason[2]];
      why.append(element("span", title, `cause ${name}`), ` · ${reason[1]}`);
    }
    const time = (cell) => (row[cell] === undefined || row[cell] === null ? "" : clock(row[cell]));
    line.append(why, element("td", time(START), "n"));
    line.append(element("td", row[ONGOING] ? words.list_ongoing : time(END), "n"), count(row[OBSERVED]));
    if (data.is_judged) {
      const decimal = (cell) => element("td", row[cell] < 0 ? "" : decimals(row[cell]), "n");
      const incidents = element("td");
      row.slice(INCIDENTS).forEach((incident, nth) => {
        const mention = element(data.told.includes(incident) ? "a" : "span", `#${incident}`);
        if (data.told.includes(incident)) mention.href = `#incident-${incident}`;
        incidents.append(nth ? " " : "", mention);
      });
      line.append(decimal(EXPECTED), decimal(CONFIDENCE), incidents);
    }
    for (let cell = ATTEMPTS; cell <= UNCLASSIFIED; cell++) line.append(count(row[cell]));
    line.append(element("td", named(merchants[row[MERCHANT]])));
    return line;
  };

  const show = () => {
    const first = view.page * PAGE;
    const page = view.chosen.slice(first, first + PAGE);
    byId("rows").replaceChildren(...page.map(shown));
    byId("shown").textContent = page.length
      ? say(words.list_shown, first + 1, first + page.length, view.chosen.length)
      : words.list_none;
    byId("before").disabled = view.page === 0;
    byId("after").disabled = first + PAGE >= view.chosen.length;
    byId("before").parentElement.hidden = view.chosen.length <= PAGE;
  };

  const turn = (pages) => {
    view.page += pages;
    show();
    byId("list").scrollIntoView();
  };

  const sortBy = (head) => {
    const name = head.dataset.sort;
    view.falls = view.sort === name ? !view.falls : columns[name].falls;
    view.sort = name;
    for (const other of document.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", view.falls ? "descending" : "ascending");
    order();
  };

  for (const head of document.querySelectorAll("th[data-sort]")) {
    const button = element("button", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => sortBy(head));
    head.replaceChildren(button);
  }
  for (const field of Object.values(fields)) {
    if (field) field.addEventListener("input", choose);
  }
  byId("reset").addEventListener("click", () => {
    for (const field of Object.values(fields)) if (field) field.value = "";
    view.sort = null;
    for (const head of document.querySelectorAll("th[aria-sort]")) head.removeAttribute("aria-sort");
    choose();
  });
  byId("before").addEventListener("click", () => turn(-1));
  byId("after").addEventListener("click", () => turn(1));
  for (const link of document.querySelectorAll("a[data-incident]")) {
    link.hidden = false;
    link.addEventListener("click", () => {
      for (const field of Object.values(fields)) if (field) field.value = "";
      fields.incident.value = link.dataset.incident;
      choose();
    });
  }
  document.querySelector(".controls").hidden = false;
  choose();
})();
