// What the tests stand on: the gateway, the sandbox, a merchant's site, and a browser.
import { createServer } from "node:http";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const PATIENCE_MS = 60_000;
const PHONE = { width: 375, height: 667 };
// Nothing that a browser would do by itself on the network.
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export class Stage {
  constructor(told) {
    this.told = told;
    this.words = [];
    mkdirSync(told.screenshots, { recursive: true });
  }

  static async open(told) {
    const stage = new Stage(told);
    stage.browser = await chromium.launch({ executablePath: told.chromium, args: QUIET });
    stage.merchant = await serve((path, body) => stage.answer(path, body));
    // Another site than the gateway's, to the browser.
    stage.shop = `http://localhost:${stage.merchant.address().port}`;
    return stage;
  }

  async close() {
    await this.browser.close();
    this.merchant.close();
  }

  // The merchant's site: a shop that holds a page in a frame, and where the payer goes from there.
  answer(path, body) {
    const url = new URL(path, this.shop);
    if (url.pathname === "/hook") {
      this.words.push(JSON.parse(body));
      return "";
    }
    const frame = url.searchParams.get("frame") ?? "";
    const heard = "<script>window.heard = []; addEventListener('message', (event) => " +
      "heard.push([event.origin, event.data.message]));</script>";
    const framed = frame.replace("<iframe", "<iframe title='Pago'");
    return `<!doctype html><html lang="es"><title>${url.pathname}</title>${heard}` +
      `<body style="margin: 0"><main aria-label="Tienda"><h1>${url.pathname}</h1>${framed}</main></html>`;
  }

  async lever(method, path, body) {
    const answer = await fetch(`${this.told.sandbox}/_sandbox/${path}`, {
      method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json().catch(() => ({}));
  }

  // Somebody of the box: RUT and password at a bank.
  async payer(scenario, bank) {
    const persons = await this.lever("GET", "persons");
    const person = persons.find((one) => one.scenario === scenario);
    const place = person.institutions.find((one) => one.id === bank);
    return { rut: person.rut, password: place.password, bank };
  }

  // What their bank waits for.
  async pending(payer) {
    const phone = await this.lever("GET", `phones/${payer.rut}`);
    return phone.pending.find((one) => one.institution === payer.bank);
  }

  async approve(payer) {
    const { institution, end_to_end_id } = await this.pending(payer);
    await this.lever("POST", `phones/${payer.rut}/approve`, { institution, end_to_end_id });
  }

  // The element that a merchant puts into a page.
  async frame(caseId) {
    const answer = await fetch(`${this.told.gateway}/floid/api/pis/get_iframe`, {
      method: "POST",
      headers: { "Authorization": this.told.key, "Content-Type": "application/json" },
      body: JSON.stringify({
        amount: "25000", caseId, comment: "Pedido 4711", callbackUrl: `${this.shop}/hook`,
        redirectOnSuccessUrl: `${this.shop}/paid`, redirectOnFailUrl: `${this.shop}/unpaid`,
      }),
    });
    assert.equal(answer.status, 200);
    return (await answer.json()).iframe;
  }

  async address(caseId) {
    return /src='([^']*)'/.exec(await this.frame(caseId))[1];
  }

  async page(options = {}) {
    const context = await this.browser.newContext({ viewport: PHONE, locale: "es-CL", ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    page.mistakes = [];
    page.on("pageerror", (error) => page.mistakes.push(String(error)));
    page.on("console", (line) => {
      // A form that cannot be taken is 422, which a browser tells as a mistake.
      const isExpected = /favicon|status of 422/.test(line.text() + line.location().url);
      if (line.type() === "error" && !isExpected) page.mistakes.push(line.text());
    });
    return page;
  }

  // The last word on a case, once it was posted; there is one.
  async word(caseId) {
    const until = Date.now() + PATIENCE_MS;
    const words = () => this.words.filter((word) => word.caseId === caseId);
    while (words().length === 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(words().length, 1, `${caseId}: one last word`);
    return words()[0];
  }

  // Everybody can use what is shown, it fits, and it is kept as a picture.
  async judge(page, name) {
    const { violations } = await new AxeBuilder({ page }).analyze();
    const said = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
    assert.deepEqual(said, [], `${name}: axe`);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, `${name}: nothing is to the right of the screen`);
    await page.screenshot({ path: join(this.told.screenshots, `${name}.png`), fullPage: true });
  }
}

function serve(answer) {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(answer(request.url, body));
    });
  });
  return new Promise((resolve) => server.listen(0, "localhost", () => resolve(server)));
}

export const heading = (page, text) => page.getByRole("heading", { level: 1, name: text }).waitFor();

// A reload shows the same and sends nothing.
export async function reload(page, text) {
  await page.reload();
  await heading(page, text);
}

export async function choose(page, bank) {
  await heading(page, "Elija su banco");
  await page.locator(`input[value=${bank}]`).check();
  await page.getByRole("button", { name: "Continuar" }).click();
}

export async function login(page, payer) {
  await page.getByLabel("RUT").fill(payer.rut);
  await page.getByLabel("Clave de internet").fill(payer.password);
  await page.getByRole("button", { name: "Pagar $25.000" }).click();
}

// Whether that text is what has the focus, or what is in it, or its label.
export const isOn = (page, text) => page.evaluate((text) => {
  const on = document.activeElement;
  if (on === document.body) return false;
  return (on.textContent + on.value + (on.labels?.[0]?.textContent ?? "")).includes(text);
}, text);

// Goes there by one key alone.
export async function tabTo(page, text) {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press("Tab");
    if (await isOn(page, text)) return;
  }
  throw new Error(`no key leads to ${text}`);
}
