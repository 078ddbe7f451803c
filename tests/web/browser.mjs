// A headless Chromium and what every story does in it.

import fs from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const pages = ["/", "/queue", "/studies", "/peers", "/models", "/system", "/accounts"];

/** Opens a page; what the browser complains about (scripts, Content-Security-Policy) ends the story. */
export async function open(base, options = {}) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const context = await browser.newContext({ baseURL: base, viewport: { width: 1366, height: 860 }, locale: "en-GB", timezoneId: "UTC", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (message) => {
    // An answer that says no is part of a story; a script that fails or is refused is not.
    if (message.type() === "error" && !/status of (4\d\d|503)/.test(message.text())) page.complaints.push(message.text());
  });
  return { browser, page };
}

export function expect(condition, what) {
  if (!condition) throw new Error(what);
}

/** No violation of WCAG 2.1 A and AA, nor of axe's best practices. Axe itself runs outside of the page's policy. */
export async function accessible(page, where) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run());
  expect(result.passes.length > 10, `axe-core looked at nothing on ${where}`);
  const found = result.violations.map((violation) => `${violation.id}: ${violation.nodes[0].html}`);
  expect(found.length === 0, `${where}: ${found.join("\n")}`);
}

export async function firstStart(page, token, name, password) {
  await page.goto("/");
  await page.getByLabel("One-time token").fill(token);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Password again").fill(password);
  await page.getByRole("button", { name: "Make the first account" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
}

export async function signIn(page, name, password) {
  await page.goto("/");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Waits until nothing on the page is being read any more. */
export async function read(page) {
  const reading = () => [...document.querySelectorAll("main p")].some((line) => line.textContent.startsWith("Reading"));
  for (let tries = 0; await page.evaluate(reading); tries += 1) {
    expect(tries < 200, "the page still reads its data");
    await page.waitForTimeout(100);
  }
}

export function to(page, title) {
  return page.getByRole("navigation").getByRole("link", { name: title, exact: true }).click();
}
