// node story.mjs BASE TOKEN-FILE GLISSON-PORT PACS-PORT STUDY-FOLDER SCREENSHOTS-FOLDER
//
// Somebody who has never seen Glisson: makes the first account, adds a PACS, sees it turned away for a wrong title,
// mends that, and follows a study to its report. All of it in the browser; storescu plays the PACS.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { accessible, expect, firstStart, open, read, to } from "./browser.mjs";

const [base, tokenFile, port, pacsPort, study, shots] = process.argv.slice(2);
const token = fs.readFileSync(tokenFile, "utf8").trim();
fs.mkdirSync(shots, { recursive: true });
const { browser, page } = await open(base);
async function shot(name, options = {}) {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${shots}/${name}.png`, animations: "disabled", ...options });
}

function pacsSends(calling) {
  const done = spawnSync("storescu", ["-R", "+sd", "+r", "-nh", "-aet", calling, "-aec", "GLISSON", "127.0.0.1", port, study], {
    env: { ...process.env, TCP_NODELAY: "1" },
  });
  return done.status === 0;
}

try {
  await page.goto("/");
  await page.getByRole("heading", { name: "Welcome to Glisson" }).waitFor();
  await accessible(page, "first start");
  await shot("first_start");
  await firstStart(page, token, "Ann", "a sentence that is long");
  expect(!fs.existsSync(tokenFile), "the one-time token is gone once it was used");

  // The PACS calls itself HOSPITALPACS; whoever adds it types another title.
  await to(page, "Peers");
  await page.getByRole("button", { name: "Add a peer" }).click();
  await accessible(page, "adding a peer");
  await page.getByLabel("Name", { exact: true }).fill("PACS");
  await page.getByLabel("AE title").fill("HospitalPacs");
  await page.getByLabel("Host", { exact: true }).fill("127.0.0.1");
  await page.getByLabel("Port", { exact: true }).fill(pacsPort);
  await page.getByLabel("gets reports").check();
  await page.getByLabel("For which purpose").selectOption("test");
  await page.getByLabel("Who answers for it").fill("Ann");
  await page.getByLabel("Until").fill("2099-12-31");
  await page.setViewportSize({ width: 1366, height: 1240 });
  await shot("add_peer", { clip: { x: 300, y: 0, width: 766, height: 1240 } });
  await page.setViewportSize({ width: 1366, height: 860 });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("cell", { name: "HospitalPacs" }).first().waitFor();

  expect(!pacsSends("HOSPITALPACS"), "a title that is not known may not store");
  const refused = page.getByRole("region", { name: "Associations that were turned away" });
  await refused.getByRole("cell", { name: "HOSPITALPACS" }).first().waitFor();
  await accessible(page, "peers with one turned away");
  await shot("peers", { fullPage: true });

  // Whoever admits it and types the name of the peer that it is replaces nothing, and is shown that peer.
  await refused.getByRole("button", { name: /^Admit as another/ }).click();
  await page.getByLabel("Name", { exact: true }).fill("PACS");
  await page.getByRole("button", { name: "Admit", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "There is a peer of this name." }).waitFor();
  await accessible(page, "a name that is taken");
  await page.getByRole("button", { name: "Open PACS" }).click();
  await page.getByRole("heading", { name: "Change PACS" }).waitFor();
  expect((await page.getByLabel("AE title").inputValue()) === "HospitalPacs", "the peer is as it was");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });

  // One click says which peer was meant; the dialog holds the title that it called itself by.
  await refused.getByRole("button", { name: "It is PACS" }).click();
  expect((await page.getByLabel("AE title").inputValue()) === "HOSPITALPACS", "the dialog proposes the title that was refused");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("region", { name: "Who changed what" }).getByText("AE title: HOSPITALPACS", { exact: true }).waitFor();
  await page.getByText("Nobody was turned away.").waitFor();

  await page.getByRole("button", { name: "Test PACS" }).click();
  await page.getByRole("button", { name: "Start the test" }).click();
  await page.getByRole("region", { name: "Test of PACS" }).getByRole("listitem").first().waitFor();
  await accessible(page, "the test of a peer");
  await shot("peer_test", { fullPage: true });
  await page.getByRole("button", { name: "Close" }).click();

  expect(pacsSends("HOSPITALPACS"), "the peer with its true title may store");
  await to(page, "Studies");
  await page.getByRole("region", { name: "Studies, newest first" }).getByRole("link").first().click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  await page.locator(".lead .state", { hasText: "reported" }).waitFor({ timeout: 60000 });
  await page.getByRole("region", { name: "Reports and where they go" }).locator("tbody tr", { hasText: "PACS" }).first().waitFor();
  await accessible(page, "the study");
  await shot("study", { fullPage: true });

  for (const [title, name] of [["Overview", "overview"], ["Queue", "queue"], ["Studies", "studies"], ["Models", "models"], ["System", "system"], ["Accounts", "accounts"]]) {
    await to(page, title);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    if (title === "Queue") {
      await page.getByText("No job waits, and none failed.").waitFor();
      await page.getByLabel("State").selectOption("done");
      await page.getByRole("cell", { name: "deliver" }).first().waitFor();
    }
    await read(page);
    await accessible(page, title);
    await shot(name, { fullPage: true });
  }
  await page.getByRole("button", { name: "Dark colours" }).click();
  for (const title of ["Accounts", "System", "Models", "Peers", "Studies", "Queue", "Overview"]) {
    await to(page, title);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await read(page);
    await accessible(page, `${title} in dark`);
    if (title === "Studies") {
      await page.getByRole("region", { name: "Studies, newest first" }).getByRole("link").first().click();
      await page.getByRole("heading", { name: "Reports" }).waitFor();
      await accessible(page, "the study in dark");
    }
    if (title === "Overview") await shot("overview_dark", { fullPage: true });
  }
  expect(page.complaints.length === 0, page.complaints.join("\n"));
} catch (failure) {
  await shot("failure");
  console.error(failure, page.complaints);
  process.exitCode = 1;
} finally {
  await browser.close();
}
