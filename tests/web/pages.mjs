// node pages.mjs BASE TOKEN-FILE
//
// Every page in light and dark, by keyboard, at 200 %, narrow; who is signed out, or a viewer, gets what they may have.

import fs from "node:fs";
import { accessible, expect, firstStart, open, pages, read, signIn, to } from "./browser.mjs";

const [base, tokenFile] = process.argv.slice(2);
const password = "a sentence that is long";

async function story(what, options, play) {
  const { browser, page } = await open(base, options);
  try {
    await play(page);
    expect(page.complaints.length === 0, page.complaints.join("\n"));
    console.log(`passed: ${what}`);
  } catch (failure) {
    console.error(`failed: ${what}`, failure, page.complaints);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

await story("a wrong token makes no account", {}, async (page) => {
  await page.goto("/");
  await page.getByLabel("One-time token").fill("guess");
  await page.getByLabel("Your name").fill("Eve");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Password again").fill(password);
  await page.getByRole("button", { name: "Make the first account" }).click();
  await page.getByRole("alert").waitFor();
});

await story("the first account is an administrator, who makes a viewer", {}, async (page) => {
  await firstStart(page, fs.readFileSync(tokenFile, "utf8").trim(), "Ann", password);
  await to(page, "Accounts");
  await page.getByRole("button", { name: "Add an account" }).click();
  await page.getByLabel("Name").fill("Vera");
  await page.getByLabel("First password").fill(password);
  await page.getByLabel("Role").selectOption("viewer");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("cell", { name: "Vera", exact: true }).waitFor();
});

for (const colorScheme of ["light", "dark"]) {
  await story(`no page hides anything from anybody (${colorScheme})`, { colorScheme }, async (page) => {
    await accessible(page, "nothing").then(
      () => expect(false, "axe-core found nothing wrong with an empty page"),
      () => undefined,
    );
    await page.goto("/");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await accessible(page, `signing in (${colorScheme})`);
    await signIn(page, "Ann", password);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    for (const path of [...pages, "/nowhere", "/studies/1.2.3"]) {
      await page.goto(path);
      await page.locator("h1").waitFor();
      await read(page);
      await accessible(page, `${path} (${colorScheme})`);
      expect((await page.locator("footer").textContent()).includes("no medical device"), `${path} says what it is not`);
    }
  });
}

await story("200 % on a laptop, and a narrow window, scroll in one direction only", { viewport: { width: 640, height: 400 } }, async (page) => {
  await signIn(page, "Ann", password);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  for (const path of pages) {
    await page.goto(path);
    await page.locator("h1").waitFor();
    await read(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide <= 0, `${path} is ${wide} px wider than the window`);
  }
});

await story("by keyboard alone", {}, async (page) => {
  await page.goto("/");
  await page.getByLabel("Name").and(page.locator(":focus")).waitFor();
  await page.keyboard.type("Ann");
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.getByRole("navigation").getByRole("link", { name: "Peers" }).focus();
  await page.keyboard.press("Enter");
  // A page that was turned to takes the focus to its heading.
  await page.getByRole("heading", { name: "Peers" }).and(page.locator(":focus")).waitFor();
  await page.getByRole("button", { name: "Add a peer" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const focused = await page.evaluate(() => document.activeElement?.textContent);
  expect(focused === "Add a peer", `the focus returns to the button, not to ${focused}`);
});

await story("a viewer sees and changes nothing", {}, async (page) => {
  await signIn(page, "Vera", password);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await to(page, "Peers");
  await page.getByRole("heading", { name: "Turned away" }).waitFor();
  expect((await page.getByRole("button", { name: "Add a peer" }).count()) === 0, "no button to add a peer");
  const status = await page.evaluate(async () => {
    const { csrf } = await (await fetch("/api/session")).json();
    const body = JSON.stringify({ ae_title: "EVE", host: "127.0.0.1", port: 104, may: ["store"] });
    return (await fetch("/api/peers/eve", { method: "PUT", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body })).status;
  });
  expect(status === 403, `the service refuses a viewer with 403, not ${status}`);
});

await story("who is signed out is asked to sign in", {}, async (page) => {
  await signIn(page, "Vera", password);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.goto("/studies");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
});
