// Looks at pages in Chromium. For each: nothing on the console, no request beside the page itself, nothing wider than
// the window on wide and narrow ones, no serious finding of axe-core in light and dark, everything told without the
// script, and in print what there is to act on. The list of terminals is held against the JSON report of the same day: search,
// filters, order, pages. Pages of 10^5 terminals stay under 10 MB and open within two seconds, the best of three.
//
// Usage: check.mjs BROWSER TOOLS FOLDER [SHOTS]
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";

const [browserPath, tools, folder, shots] = process.argv.slice(2);
const require = createRequire(join(resolve(tools), "check.mjs"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const LARGEST = 10_000_000;
const LONGEST_MS = 2000;
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 360, height: 740 };
const NBSP = /\u202f/g;

let failures = 0;
const check = (name, holds, why = "") => {
  if (holds) return;
  failures++;
  console.error(`  FAILED ${name}${why === "" ? "" : `: ${why}`}`);
};
const equal = (name, found, expected) =>
  check(name, JSON.stringify(found) === JSON.stringify(expected), `${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// A page that is open, and what went wrong in it.
const open = async (file, options = {}) => {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const page = await context.newPage();
  const url = `file://${file}`;
  const troubles = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("dialog", (dialog) => { troubles.push("a dialog"); dialog.dismiss(); });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) troubles.push(`a request for ${request.url()}`);
  });
  await page.goto(url, { waitUntil: "load" });
  return { page, troubles, close: () => context.close() };
};

const shoot = async (page, name, fullPage = true) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage });
};

// Opens groups of terminals of which there is less to say, and the first terminals.
const openSome = async (page, most) => {
  for (const group of await page.locator("details.group > summary").all()) await group.click();
  const summaries = await page.locator("details.terminal > summary").all();
  for (const summary of summaries.slice(0, most)) await summary.click();
};

const isTooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

const findings = async (page) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return grave.map(({ id, nodes }) => `${id}: ${nodes.length}, such as ${nodes[0].html.slice(0, 160)} ${nodes[0].any[0]?.message ?? ""}`);
};

// The texts of a column of the list, by what it is sorted by.
const column = (page, sort) => page.$$eval("#rows tr", (rows, sort) => {
  const head = document.querySelector(`th[data-sort="${sort}"]`);
  return rows.map((row) => row.cells[head.cellIndex].textContent.replace(/\u202f/g, ""));
}, sort);
const plain = (text) => text.replace(NBSP, "");

// What the JSON report lists, as the page shows it.
const listed = (report) => report.terminals.map((one) => ({
  id: one.terminal_id ?? "", attempts: one.exchanges, state: one.verdict.state, cause: one.verdict.cause,
  failed: Object.values(one.causes).reduce((sum, count) => sum + count, 0) + one.unclassified,
  incidents: one.verdict.incidents,
}));

const checkList = async (page, name, report) => {
  const all = listed(report);
  const ids = () => column(page, "id");
  const head = (sort) => `th[data-sort="${sort}"]`;
  equal(`${name}: the first page`, await ids(), all.slice(0, 50).map((one) => one.id));
  for (const count of ["attempts", "failed"]) {
    equal(`${name}: ${count}`, await column(page, count), all.slice(0, 50).map((one) => `${one[count]}`));
  }

  await page.click(`${head("attempts")} button`);
  const most = [...all].sort((one, other) => other.attempts - one.attempts).slice(0, 50);
  equal(`${name}: in the order of attempts`, await column(page, "attempts"), most.map((one) => `${one.attempts}`));
  equal(`${name}: the order is told`, await page.getAttribute(head("attempts"), "aria-sort"), "descending");
  await page.focus(`${head("attempts")} button`);
  await page.keyboard.press("Enter");
  equal(`${name}: the other way round, by keyboard`, await page.getAttribute(head("attempts"), "aria-sort"), "ascending");
  const least = [...all].sort((one, other) => one.attempts - other.attempts)[0];
  equal(`${name}: the least first`, (await column(page, "attempts"))[0], `${least.attempts}`);
  await page.click(`${head("id")} button`);
  equal(`${name}: one order at a time`, await page.locator("th[aria-sort]").count(), 1);
  await page.click("#reset");

  const asked = all[all.length - 1];
  await page.fill("#search", asked.id.toUpperCase());
  const like = all.filter((one) => one.id.toLowerCase().includes(asked.id.toLowerCase()));
  check(`${name}: search finds ${asked.id}`, (await ids()).includes(asked.id) && (await ids()).length >= Math.min(50, like.length));
  await page.fill("#search", "no such terminal");
  equal(`${name}: search for nothing`, await ids(), []);
  check(`${name}: and says so`, (await page.textContent("#shown")).length > 5);
  await page.click("#reset");

  for (const cause of ["network", "account", "card", "key", "operator"]) {
    const at = ["network", "account", "card", "key", "operator"].indexOf(cause);
    const of = all.filter((one) => one.cause === cause);
    if (of.length === 0) continue;
    await page.selectOption("#cause", `${at}`);
    equal(`${name}: ${cause} alone`, await ids(), of.slice(0, 50).map((one) => one.id));
  }
  await page.click("#reset");
  if (await page.locator("#state").count()) {
    const states = ["own", "mixed", "attack", "silent", "shared", "mix", "insufficient", "normal"];
    const state = states.findLast((state) => all.some((one) => one.state === state));
    await page.selectOption("#state", `${states.indexOf(state)}`);
    const of = all.filter((one) => one.state === state);
    equal(`${name}: ${state} alone`, await ids(), of.slice(0, 50).map((one) => one.id));
    check(`${name}: how many`, plain(await page.textContent("#shown")).includes(`${of.length}`));
    await page.click("#reset");
  }
  for (const incident of report.incidents.slice(0, 1)) {
    await page.click(`a[data-incident="${incident.id}"]`);
    const hit = all.filter((one) => one.incidents.includes(incident.id));
    equal(`${name}: terminals of #${incident.id}`, await ids(), hit.slice(0, 50).map((one) => one.id));
    await page.click("#reset");
  }
  if (all.length > 50) {
    await page.click("#after");
    equal(`${name}: the second page`, await ids(), all.slice(50, 100).map((one) => one.id));
    await page.click("#before");
  }
  equal(`${name}: all again`, await ids(), all.slice(0, 50).map((one) => one.id));

  const link = page.locator('#rows a[href="#terminal-1"]');
  await link.click();
  check(`${name}: a link opens its terminal`, await page.locator("#terminal-1").isVisible());
};

const checkBare = async (file, name, report) => {
  const { page, troubles, close } = await open(file, { javaScriptEnabled: false });
  const first = listed(report).slice(0, 100);
  equal(`${name}, no script: rows`, await page.locator("#rows tr th").allTextContents(), first.map((one) => one.id));
  equal(`${name}, no script: in full`, await page.locator("details.terminal").count(), first.length);
  equal(`${name}, no script: controls`, await page.locator(".controls, #theme, .pages").evaluateAll((all) => all.filter((one) => one.checkVisibility()).length), 0);
  await openSome(page, 1);
  check(`${name}, no script: a terminal opens`, await page.locator("#terminal-1").isVisible());
  equal(`${name}, no script: troubles`, troubles, []);
  await close();
};

const checkLooks = async (file, name, report) => {
  for (const colorScheme of ["light", "dark"]) {
    for (const [size, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
      const variant = `${name}, ${colorScheme}, ${size}`;
      const { page, troubles, close } = await open(file, { colorScheme, viewport });
      await openSome(page, 3);
      check(`${variant}: fits`, !(await isTooWide(page)));
      equal(`${variant}: axe`, await findings(page), []);
      equal(`${variant}: troubles`, troubles, []);
      await shoot(page, `${name}-${colorScheme}-${size}`);
      if (size === "wide") {
        const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const before = await ground();
        await page.click("#theme");
        check(`${variant}: light and dark change places`, (await ground()) !== before);
      }
      await close();
    }
  }
  const { page, troubles, close } = await open(file);
  if (report.terminals.length) {
    await page.emulateMedia({ media: "print" });
    const areShown = (selector) => page.locator(selector).evaluateAll((all) => all.every((one) => one.getBoundingClientRect().height > 10));
    check(`${name}: what to act on is open in print`, await areShown("#terminals > details.terminal .full"));
    check(`${name}: others are lines in print`, await areShown("details.group > details.terminal > summary"));
    check(`${name}: no controls in print`, !(await page.locator(".controls").isVisible()));
    await page.emulateMedia({ media: null });
  }
  const pdf = await page.pdf({ format: "A4", ...(shots ? { path: join(shots, `${name}.pdf`) } : {}) });
  check(`${name}: PDF`, pdf.subarray(0, 5).toString() === "%PDF-" && pdf.length > 20_000);
  equal(`${name}: print troubles`, troubles, []);
  await close();
};

const checkLarge = async (file, name, report) => {
  const { size } = statSync(file);
  check(`${name}: size`, size < LARGEST, `${size} bytes`);
  const times = [];
  for (let nth = 0; nth < 3; nth++) {
    const context = await browser.newContext({ viewport: WIDE });
    const page = await context.newPage();
    const begin = performance.now();
    await page.goto(`file://${file}`, { waitUntil: "domcontentloaded" });
    await page.locator("#rows tr").first().waitFor({ state: "attached" });
    times.push(Math.round(performance.now() - begin));
    if (nth === 0) {
      const shown = plain(await page.textContent("#shown"));
      check(`${name}: all of them`, shown.includes(`${report.terminals.length}`), shown);
    }
    await context.close();
  }
  const best = Math.min(...times);
  check(`${name}: opens`, best <= LONGEST_MS, `${best} ms`);
  console.log(`  ${report.terminals.length} terminals, ${(size / 1e6).toFixed(1)} MB, ${times.join(", ")} ms`);
};

const names = readdirSync(folder).filter((name) => name.endsWith(".html")).sort().map((name) => basename(name, ".html"));
check("pages", names.length > 4);
for (const name of names) {
  const file = join(folder, `${name}.html`);
  const report = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  console.log(`${name} (${Math.round(performance.now() / 1000)} s)`);
  const { page, troubles, close } = await open(file);
  await checkList(page, name, report);
  if (name === "hostile") {
    check("hostile: nothing ran", !(await page.evaluate(() => "hit" in window)));
    check("hostile: no element came of it", !(await page.locator("#content img, #content [onload], #content [onclick]").count()));
  }
  equal(`${name}: troubles`, troubles, []);
  await close();
  if (name.startsWith("large")) {
    await checkLarge(file, name, report);
  } else {
    await checkBare(file, name, report);
    await checkLooks(file, name, report);
  }
}
await browser.close();
if (failures) {
  console.error(`${failures} checks failed`);
  process.exit(1);
}
console.log(`${names.length} pages are as they should be`);
