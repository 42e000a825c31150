// Opens pages of `reproduce diff --html` in headless Chromium and looks at them as people would:
//
//     node page.mjs SMALL LARGE PINS SAME_PINS ARTEFACTS [CHROMIUM]
//
// SMALL differs in a text, LARGE in 10,000 files; PINS and SAME_PINS are of registers. Screenshots and figures are left in ARTEFACTS. Ends with 1
// and says what is wrong when anything is. axe-core and playwright-core stand in node_modules here.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [small, large, pins, samePins, artefacts, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// Slow machines have a right to be slow; a page that makes all rows at once takes minutes.
const MOST_MS = 3000;
const MOST_ELEMENTS = 3000;

const faults = [];
const figures = [];
function expect(is, what) {
  console.log(`${is ? "ok" : "FAILED"}: ${what}`);
  if (!is) faults.push(what);
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

async function open(file, options) {
  const page = await browser.newPage(options);
  page.on("console", (message) => expect(message.type() !== "error", `no error on the console: ${message.text()}`));
  page.on("pageerror", (error) => expect(false, `no exception: ${error}`));
  page.on("request", (request) =>
    expect(/^(file|data):/.test(request.url()), `nothing is loaded: ${request.url().slice(0, 100)}`));
  await page.goto(pathToFileURL(resolve(file)).href);
  return page;
}

/** Opens everything that can be opened, as often as something new appears. */
async function openAll(page) {
  for (let before = -1, now = 0; before !== now; ) {
    before = now;
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
    await page.waitForTimeout(100);
    now = await page.locator("details").count();
  }
}

/** axe is put in past the page's policy, by the debugger. */
async function judge(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const one of violations)
    console.log(`  axe, ${name}: ${one.impact} ${one.id}: ${one.help} (${one.nodes[0].target})`);
  const bad = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  expect(bad.length === 0, `axe finds nothing serious, ${name}`);
}

async function lookAt(name, options) {
  const page = await open(small, options);
  await openAll(page);
  const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  expect(fits, `the page does not scroll sideways, ${name}`);
  await page.screenshot({ path: resolve(artefacts, `${name}.png`), fullPage: true });
  await judge(page, name);
  await page.close();
}

async function useSmall() {
  const page = await open(small, { viewport: { width: 1200, height: 900 } });
  expect((await page.locator("#verdict").textContent()).includes("moved"), "the verdict says what moved");
  expect((await page.locator("#strips svg .range").count()) > 0, "ranges that differ are marked on the strips");
  expect((await page.locator("#chain svg .wire.differs").count()) > 0, "a difference is drawn to its register");
  await openAll(page);
  expect((await page.locator("table.diff .gone").count()) > 0, "a text's lines stand side by side");
  const heads = await page.locator("table.diff thead th").count();
  await page.getByRole("button", { name: "Show in one column" }).first().click();
  expect((await page.locator("table.diff thead th").count()) < heads, "the button shows one column");
  expect((await page.locator("img, iframe, object, embed, script[src]").count()) === 0, "no name became markup");
  expect((await page.evaluate(() => window.hostile)) === undefined, "no name became script");
  await page.close();
}

/** Of registers beside an image: no sections, no files, and nothing said of bytes. */
async function usePins() {
  const page = await open(pins, { viewport: { width: 390, height: 844 } });
  expect((await page.locator("#verdict").textContent()).endsWith("moved"), "the verdict says what moved, pins");
  expect((await page.locator("#register-table tbody tr").count()) > 0, "the registers are there, pins");
  for (const gone of ["#images", "#files"])
    expect(!(await page.locator(gone).isVisible()), `nothing is said of what only images have: ${gone}`);
  expect((await page.locator("#contents a").count()) === 3, "the contents name what is there, pins");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect((await page.evaluate(() => document.activeElement.id)) === "rest", "the skip link leads to the pins");
  await page.screenshot({ path: resolve(artefacts, "pins.png"), fullPage: true });
  await judge(page, "pins");
  await page.close();
  const same = await open(samePins, {});
  const verdict = await same.locator("#verdict").textContent();
  expect(verdict === "= Nothing that both pin differs", `the verdict claims no more than pins say: ${verdict}`);
  await same.close();
}

/** All by the keyboard: search, walk to the first result, open it. */
async function useKeyboard() {
  const page = await open(large, {});
  await page.keyboard.press("Tab");
  expect((await page.evaluate(() => document.activeElement.className)) === "skip", "Tab reaches the skip link first");
  await page.keyboard.press("Enter");
  for (let i = 0; i < 4; ++i) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement.id)) === "search") break;
  }
  await page.keyboard.type("file-099");
  // The last letter's search takes the place of those before, 80 ms after it.
  await page.waitForTimeout(500);
  const found = await page.locator("#count").textContent();
  expect(/^\d[\d,]* of 10,\d{3} entries match\.$/.test(found), `the count is told: ${found}`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(100);
  expect((await page.locator("#tree details[open] .entry-body").count()) === 1, "Enter opens the first result");
  expect((await page.evaluate(() => document.activeElement.matches(":focus-visible"))), "the focus can be seen");
  await page.close();
}

async function measureLarge() {
  const start = Date.now();
  const page = await open(large, {});
  const shown = Date.now() - start;
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  const searched = await page.evaluate(() => new Promise((done) => {
    const begin = performance.now();
    new MutationObserver(() => requestAnimationFrame(() => done(performance.now() - begin)))
      .observe(document.querySelector("#count"), { childList: true });
    const search = document.querySelector("#search");
    search.value = "file";
    search.dispatchEvent(new Event("input"));
  }));
  const scrolled = await page.evaluate(() => new Promise((done) => {
    const times = [];
    let last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      window.scrollBy(0, 400);
      if (times.length < 60) requestAnimationFrame(step);
      else done(Math.max(...times.slice(1)));
    };
    requestAnimationFrame(step);
  }));
  await page.getByRole("button", { name: /^Show 200 more/ }).click();
  expect((await page.locator("#tree > li").count()) === 401, "a button shows the next rows");
  figures.push(`10,000 entries: shown after ${shown} ms with ${elements} elements; a search takes ` +
    `${Math.round(searched)} ms; the longest frame while scrolling ${Math.round(scrolled)} ms`);
  expect(shown < MOST_MS && searched < MOST_MS && scrolled < MOST_MS, figures[0]);
  expect(elements < MOST_ELEMENTS, "rows are made when they are needed");
  await page.screenshot({ path: resolve(artefacts, "large.png") });
  await judge(page, "large");
  await page.close();
}

await lookAt("light", { viewport: { width: 1200, height: 900 }, colorScheme: "light" });
await lookAt("dark", { viewport: { width: 1200, height: 900 }, colorScheme: "dark" });
await lookAt("phone", { viewport: { width: 390, height: 844 }, colorScheme: "light" });
await lookAt("phone-dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
await useSmall();
await usePins();
await useKeyboard();
await measureLarge();
await browser.close();
writeFileSync(resolve(artefacts, "figures.txt"), `${figures.join("\n")}\n`);
if (faults.length > 0) {
  console.error(`${faults.length} faults`);
  process.exitCode = 1;
}
