// Looks at pages as axe-core does, in a headless Chromium without a network: node axe.mjs NODE_MODULES CHROMIUM PAGE.html…
// Prints one JSON object: for each page, on a desktop, a phone and in print, what axe found and what the browser itself complained of.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, executablePath, ...pages] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${modules}/`));
const { chromium } = require("playwright-core");
const { source } = require("axe-core");

const SCREENS = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  print: { viewport: { width: 595, height: 842 }, media: "print" },
};

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const found = {};
for (const path of pages) {
  found[path] = {};
  for (const [name, { media = "screen", ...screen }] of Object.entries(SCREENS)) {
    const context = await browser.newContext({ ...screen, offline: true });
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.emulateMedia({ media });
    await page.goto(pathToFileURL(path).href);
    await page.evaluate(source);
    const { violations, passes } = await page.evaluate(() => axe.run(document, { rules: { "td-has-header": { enabled: true } } }));
    found[path][name] = {
      violations: violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((node) => node.html) })),
      passes: passes.map(({ id }) => id),
      complaints,
      overflow: await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
    };
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify(found));
