// node hostile_texts.mjs BASE TOKEN-FILE STUDY-UID TEXT...
//
// Texts that others sent, HTML among them, on every page that may show them: each is read as it came, and none is markup.
// Prints how many of them were read.

import fs from "node:fs";
import { expect, firstStart, open, pages, read } from "./browser.mjs";

const [base, tokenFile, study, ...texts] = process.argv.slice(2);
const { browser, page } = await open(base);
try {
  page.on("dialog", (dialog) => page.complaints.push(`a script opened ${dialog.message()}`));
  await firstStart(page, fs.readFileSync(tokenFile, "utf8").trim(), "Ann", "a sentence that is long");
  const made = () => page.locator("img[src=x], script:not([src]), [onerror]").count();
  let shown = "";
  for (const path of [...pages, `/studies/${study}`, `/studies?q=${encodeURIComponent(texts[0])}`]) {
    await page.goto(path);
    await page.locator("h1").waitFor();
    await read(page);
    shown += await page.locator("body").innerText();
    expect((await made()) === 0, `${path} has elements that a text made`);
  }
  for (const text of texts) expect(shown.includes(text), `no page shows ${text}`);
  console.log(texts.filter((text) => shown.includes(text)).length);
  expect(page.complaints.length === 0, page.complaints.join("\n"));
  await page.evaluate((text) => document.body.insertAdjacentHTML("beforeend", text), texts[0]);
  expect((await made()) === 1, "what is markup is seen to be");
} finally {
  await browser.close();
}
