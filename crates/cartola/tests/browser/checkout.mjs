// The payment page in a real browser: `node checkout.mjs '{"gateway": …, "sandbox": …, "key": …,
// "chromium": …, "screenshots": …}'`. Ends with 0 where all of it holds.
import assert from "node:assert/strict";
import { Stage, choose, heading, isOn, login, reload, tabTo } from "./stage.mjs";

const PAID = "Pago realizado";
const stage = await Stage.open(JSON.parse(process.argv[2]));
// The last one moves the clock.
const tries = {
  app, sms, card, keyboard, again, cancelled, twice, framed, strange, plain, left, expired,
};
try {
  for (const [name, attempt] of Object.entries(tries)) {
    console.log(name);
    await attempt();
  }
} finally {
  await stage.close();
}

async function ends(page, caseId, bankName) {
  await heading(page, PAID);
  const word = await stage.word(caseId);
  assert.deepEqual(word, {
    isValid: "true", bankName, moneyAmount: "25000", caseId, message: "BANK_TRANSFER_COMPLETED",
  });
  assert.deepEqual(page.mistakes, []);
}

// Where a key or a screen reader goes on from.
async function hasFocus(page, text) {
  assert.ok(await isOn(page, text), `the focus is on ${text}`);
}

// By app, in a dark room; each state is loaded again, and looks at itself.
async function app() {
  const page = await stage.page({ colorScheme: "dark" });
  const payer = await stage.payer("ok", "banco-chile");
  await page.goto(await stage.address("app"));
  await stage.judge(page, "1-choose-dark");
  await choose(page, payer.bank);
  await heading(page, "Ingrese con su cuenta de Banco de Chile");
  await reload(page, "Ingrese con su cuenta de Banco de Chile");
  await stage.judge(page, "2-login-dark");
  await login(page, payer);
  await heading(page, "Autorice el pago en la app de Banco de Chile");
  await reload(page, "Autorice el pago en la app de Banco de Chile");
  await stage.judge(page, "3-app-dark");
  await stage.approve(payer);
  await heading(page, PAID);
  await stage.judge(page, "4-paid-dark");
  await ends(page, "app", "banco chile");
  await page.waitForURL(`${stage.shop}/paid`);
}

// By SMS: what is missing, a wrong password, a wrong code.
async function sms() {
  const page = await stage.page();
  const payer = await stage.payer("ok", "banco-estado");
  await page.goto(await stage.address("sms"));
  await stage.judge(page, "1-choose");
  await choose(page, payer.bank);
  await login(page, { ...payer, rut: "12.345.678-9", password: "secreta" });
  const problems = page.getByRole("alert");
  await problems.waitFor();
  await stage.judge(page, "2-login-wrong-rut");
  assert.ok(await problems.evaluate((one) => one === document.activeElement), "it has the focus");
  assert.equal(await page.getByLabel("RUT").inputValue(), "12.345.678-9");
  assert.equal(await page.getByLabel("Clave de internet").inputValue(), "");
  await problems.getByRole("link").click();
  assert.ok(await page.getByLabel("RUT").evaluate((one) => one === document.activeElement));
  await login(page, { ...payer, password: "equivocada" });
  await page.getByText("Su banco no aceptó el RUT o la clave.").waitFor();
  await stage.judge(page, "5-wrong-password");
  assert.ok(await page.locator(`input[value=${payer.bank}]`).isChecked());
  await choose(page, payer.bank);
  await login(page, payer);
  await heading(page, "Confirme con BancoEstado");
  await stage.judge(page, "3-sms");
  await page.getByLabel("Código que recibió por SMS").fill("000000");
  await page.getByRole("button", { name: "Confirmar" }).click();
  await page.getByText("Le quedan 2 intentos.").waitFor();
  await reload(page, "Confirme con BancoEstado");
  await stage.judge(page, "3-sms-again");
  await page.getByLabel("Código que recibió por SMS").fill((await stage.pending(payer)).sms);
  await page.getByRole("button", { name: "Confirmar" }).click();
  await heading(page, PAID);
  await stage.judge(page, "4-paid");
  await ends(page, "sms", "banco estado");
}

// By coordinate card.
async function card() {
  const page = await stage.page();
  const payer = await stage.payer("ok", "banco-santander");
  await page.goto(await stage.address("card"));
  await choose(page, payer.bank);
  await login(page, payer);
  await heading(page, "Confirme con Santander Chile");
  await reload(page, "Confirme con Santander Chile");
  await stage.judge(page, "3-card");
  const { codes } = await stage.pending(payer);
  for (const [nth, label] of ["A1", "B1", "C1"].entries()) {
    await page.getByLabel(label, { exact: true }).fill(codes[nth]);
  }
  await page.getByRole("button", { name: "Confirmar" }).click();
  await ends(page, "card", "banco santander");
}

// Without a mouse, from the first key to the last: SMS and card at once.
async function keyboard() {
  const page = await stage.page();
  const payer = await stage.payer("ok", "banco-itau");
  const key = (name) => page.keyboard.press(name);
  await page.goto(await stage.address("keyboard"));
  await heading(page, "Elija su banco");
  await key("Tab");
  for (let presses = 0; presses < 30 && !(await isOn(page, payer.bank)); presses += 1) await key("ArrowDown");
  assert.ok(await isOn(page, payer.bank), "arrows lead to the bank");
  await key("Enter");
  await heading(page, "Ingrese con su cuenta de Itaú Chile");
  await tabTo(page, "RUT");
  await page.keyboard.type(payer.rut);
  await tabTo(page, "Clave de internet");
  await page.keyboard.type(payer.password);
  await key("Enter");
  await heading(page, "Confirme con Itaú Chile");
  await stage.judge(page, "3-sms-and-card");
  const { sms, codes } = await stage.pending(payer);
  await tabTo(page, "SMS");
  await page.keyboard.type(sms);
  for (const [nth, label] of ["A1", "B1", "C1"].entries()) {
    await tabTo(page, label);
    await page.keyboard.type(codes[nth]);
  }
  await tabTo(page, "Confirmar");
  await key("Space");
  await ends(page, "keyboard", "itau corpbanca");
  await tabTo(page, "Volver al comercio");
  await key("Enter");
  await page.waitForURL(`${stage.shop}/paid`);
}

// A wrong code, typed and mended without a mouse.
async function again() {
  const page = await stage.page();
  const payer = await stage.payer("ok", "banco-santander");
  const type = async (codes) => {
    for (const [nth, label] of ["A1", "B1", "C1"].entries()) {
      await tabTo(page, label);
      await page.keyboard.type(codes[nth]);
    }
    await page.keyboard.press("Enter");
  };
  await page.goto(await stage.address("again"));
  await choose(page, payer.bank);
  await login(page, payer);
  await heading(page, "Confirme con Santander Chile");
  const { codes } = await stage.pending(payer);
  await type(codes.map((code) => (code === "00" ? "01" : "00")));
  await page.getByText("Le quedan 2 intentos.").waitFor();
  await hasFocus(page, "Confirme con Santander Chile");
  assert.equal(await page.getByLabel("A1", { exact: true }).inputValue(), "");
  await stage.judge(page, "3-card-again");
  await type(codes);
  await ends(page, "again", "banco santander");
}

// Giving up while the bank waits, without a mouse: in the app of one bank, at the codes of another.
async function cancelled() {
  const page = await stage.page();
  const payer = await stage.payer("ok", "banco-chile");
  await page.goto(await stage.address("cancelled"));
  await choose(page, payer.bank);
  await login(page, payer);
  await heading(page, "Autorice el pago en la app de Banco de Chile");
  await hasFocus(page, "Autorice el pago");
  await stage.judge(page, "3-app");
  // Long enough for everybody to see that it is being done.
  await stage.lever("POST", `institutions/${payer.bank}/fault`, {
    kind: "latency", milliseconds: 4000, calls: 1, operations: ["POST transfer/withdrawal"],
  });
  await tabTo(page, "Cancelar el pago");
  await page.keyboard.press("Enter");
  await heading(page, "Cancelando con su banco");
  await stage.judge(page, "5-cancelling");
  await heading(page, "Elija su banco");
  await page.getByText("El pago fue cancelado. No se cobró nada.").waitFor();
  await hasFocus(page, "Elija su banco");
  await stage.judge(page, "5-cancelled");
  const other = await stage.payer("ok", "banco-estado");
  await choose(page, other.bank);
  await login(page, other);
  await heading(page, "Confirme con BancoEstado");
  await tabTo(page, "Cancelar el pago");
  await page.keyboard.press("Space");
  await page.getByText("El pago fue cancelado. No se cobró nada.").waitFor();
  assert.deepEqual(stage.words.filter((word) => word.caseId === "cancelled"), []);
  await tabTo(page, "Volver al comercio sin pagar");
  await page.keyboard.press("Enter");
  await heading(page, "El pago no se hizo");
  assert.equal((await stage.word("cancelled")).isValid, "false");
  assert.deepEqual(page.mistakes, []);
}

// Two pages of one payment: it is paid once, and the other shows so by itself.
async function twice() {
  const payer = await stage.payer("ok", "banco-security");
  const address = await stage.address("twice");
  const pages = [await stage.page(), await stage.page()];
  for (const page of pages) {
    await page.goto(address);
    await choose(page, payer.bank);
    await page.getByLabel("RUT").fill(payer.rut);
    await page.getByLabel("Clave de internet").fill(payer.password);
  }
  const pay = (page) => page.getByRole("button", { name: "Pagar $25.000" }).click();
  await Promise.all(pages.map(pay));
  for (const page of pages) await ends(page, "twice", "banco security");
  const before = await stage.lever("GET", "ledger/check");
  await pages[0].goBack();
  await heading(pages[0], PAID);
  assert.deepEqual(await stage.lever("GET", "ledger/check"), before);
}

// In the merchant's page, which hears of it and is where the payer ends.
async function framed() {
  const page = await stage.page();
  const payer = await stage.payer("ok", "banco-security");
  const frame = await stage.frame("framed");
  await page.goto(`${stage.shop}/shop?frame=${encodeURIComponent(frame)}`);
  const inside = page.frameLocator("iframe");
  await inside.locator(`input[value=${payer.bank}]`).check();
  await stage.judge(page, "6-framed");
  await inside.getByRole("button", { name: "Continuar" }).click();
  await inside.getByLabel("RUT").fill(payer.rut);
  await inside.getByLabel("Clave de internet").fill(payer.password);
  await inside.getByRole("button", { name: "Pagar $25.000" }).click();
  await inside.getByRole("heading", { level: 1, name: PAID }).waitFor();
  const heard = await page.evaluate(() => window.heard);
  const told = heard.map(([origin, message]) => (assert.equal(origin, stage.told.gateway), message));
  assert.equal(told[0], "TRANSACTION_IS_NOT_STARTED");
  assert.equal(told.at(-1), "TRANSACTION_IS_FINISHED_SUCCESSFULLY");
  await page.waitForURL(`${stage.shop}/paid`);
}

// In anybody else's page there is nothing to see.
async function strange() {
  const page = await stage.page();
  const frame = await stage.frame("strange");
  const other = stage.shop.replace("localhost", "127.0.0.1");
  await page.goto(`${other}/evil?frame=${encodeURIComponent(frame)}`);
  await page.waitForFunction(() => true);
  const inside = page.frames().find((one) => one !== page.mainFrame());
  assert.equal(await inside.getByText("Elija su banco").count(), 0, "it is not shown");
  assert.ok(page.mistakes.some((line) => line.includes("frame-ancestors")), String(page.mistakes));
}

// Without scripts.
async function plain() {
  const page = await stage.page({ javaScriptEnabled: false });
  const payer = await stage.payer("ok", "banco-falabella");
  await page.goto(await stage.address("plain"));
  await choose(page, payer.bank);
  await login(page, payer);
  // The page loads itself again.
  await heading(page, "Confirme con Banco Falabella");
  await page.getByLabel("Código que recibió por SMS").fill((await stage.pending(payer)).sms);
  await page.getByRole("button", { name: "Confirmar" }).click();
  await ends(page, "plain", "banco falabella");
  await page.getByRole("link", { name: "Volver al comercio" }).click();
  await page.waitForURL(`${stage.shop}/paid`);
}

// Who does not want to pay.
async function left() {
  const page = await stage.page();
  await page.goto(await stage.address("left"));
  await page.getByRole("button", { name: "Volver al comercio sin pagar" }).click();
  await heading(page, "El pago no se hizo");
  await stage.judge(page, "4-unpaid");
  assert.equal((await stage.word("left")).isValid, "false");
  await page.waitForURL(`${stage.shop}/unpaid`);
}

// Whose time is over while the page is open: it says so by itself.
async function expired() {
  const page = await stage.page();
  await page.goto(await stage.address("expired"));
  await heading(page, "Elija su banco");
  await stage.lever("POST", "clock", { advance: "PT30M" });
  await heading(page, "Se acabó el tiempo para pagar");
  await hasFocus(page, "Se acabó el tiempo para pagar");
  await tabTo(page, "Volver al comercio");
  await stage.judge(page, "4-expired");
  assert.equal((await stage.word("expired")).isValid, "false");
  assert.deepEqual(page.mistakes, []);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${stage.shop}/unpaid`);
}
