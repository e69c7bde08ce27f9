// Mi Pass in a real browser: `node mi-pass.mjs '{"gateway": …, "sandbox": …, "key": …, "chromium": …,
// "screenshots": …}'`. Ends with 0 where all of it holds.
import assert from "node:assert/strict";
import { Stage, heading, tabTo } from "./stage.mjs";

const RUT = "12.345.678-5";
const PIN = "483920";
const stage = await Stage.open(JSON.parse(process.argv[2]));
let calls = 0;
try {
  for (const [name, attempt] of Object.entries({ approves, keyboard, plain })) {
    console.log(name);
    await attempt();
  }
} finally {
  await stage.close();
}

// What the tenant's backend asks.
async function call(path, body) {
  calls += 1;
  const answer = await fetch(`${stage.told.gateway}${path}`, {
    method: body ? "POST" : "GET",
    headers: {
      "Authorization": `Bearer ${stage.told.key}`, "Content-Type": "application/json",
      ...(body && { "Idempotency-Key": `call-${calls}` }),
    },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

async function link() {
  const { code } = await call("/v1/enrolments", { rut: RUT, evidence: "cedula" });
  return `${stage.told.gateway}/mi-pass?code=${encodeURIComponent(code)}`;
}

function ask(minor) {
  const to = {
    institution: "banco-estado", account: "00-987-65432-1", rut: "76192083-9",
    name: "Ferretería Ñuñoa de los Hermanos Pérez y Compañía Limitada",
  };
  const operation = {
    kind: "transfer", institution: "banco-chile", comment: "Pedido 4711", to,
    amount: { minor, currency: "CLP" },
  };
  return call("/v1/authorizations", { rut: RUT, operation });
}

async function standing(asked) {
  return (await call(`/v1/authorizations/${asked.id}`)).state;
}

async function enrol(page) {
  await heading(page, "Registre este teléfono");
  await page.getByLabel("Nombre de este teléfono").fill("Mi teléfono");
  await page.getByLabel("Clave de 6 dígitos").fill(PIN);
  await page.getByLabel("La misma clave otra vez").fill(PIN);
  await page.getByRole("button", { name: "Registrar este teléfono" }).click();
  await page.getByText("Este teléfono quedó registrado.").waitFor();
}

// With what is missing, a wrong PIN, a denial, the log and the block; in light and in the dark.
async function approves() {
  const page = await stage.page({ colorScheme: "dark" });
  await page.goto(await link());
  await stage.judge(page, "1-enrol-dark");
  await page.getByLabel("Nombre de este teléfono").fill("Mi teléfono");
  await page.getByLabel("Clave de 6 dígitos").fill("123456");
  await page.getByLabel("La misma clave otra vez").fill("123456");
  await page.getByRole("button", { name: "Registrar este teléfono" }).click();
  await page.getByRole("alert").getByRole("link", { name: /se adivina con facilidad/ }).click();
  assert.ok(await page.getByLabel("Clave de 6 dígitos")
    .evaluate((one) => one === document.activeElement), "the problem leads to its field");
  await stage.judge(page, "2-enrol-easy-dark");
  await enrol(page);
  await stage.judge(page, "3-nothing-dark");
  const first = await ask(250_000);
  const second = await ask(1_250_000);
  await page.getByRole("link", { name: "Ver si hay algo nuevo" }).click();
  await page.emulateMedia({ colorScheme: "light" });
  await stage.judge(page, "4-asked");
  // What is read is what is signed, line by line.
  const shown = await page.locator(".shown").first().innerText();
  assert.equal(shown, first.text);
  const of = (asked) => page.locator("article", { has: page.locator(`#shown-${asked.id}`) });
  await of(first).getByLabel("Clave de 6 dígitos").fill("705116");
  await of(first).getByRole("button", { name: "Autorizar" }).click();
  await of(first).getByText("Le quedan 2 intentos").waitFor();
  await stage.judge(page, "5-wrong-pin");
  await of(first).getByLabel("Clave de 6 dígitos").fill(PIN);
  await of(first).getByRole("button", { name: "Autorizar" }).click();
  await page.getByText("Quedó autorizada.").waitFor();
  assert.equal(await standing(first), "approved");
  await page.reload();
  assert.equal(await standing(second), "pending", "a reload sends nothing");
  await of(second).getByRole("button", { name: "Rechazar" }).click();
  await page.getByText("Quedó rechazada.").waitFor();
  assert.equal(await standing(second), "denied");
  await page.getByRole("link", { name: "Registro" }).click();
  await heading(page, "Lo que se le ha pedido");
  await page.getByRole("heading", { level: 2, name: /Rechazada$/ }).waitFor();
  await stage.judge(page, "6-log");
  await page.getByRole("link", { name: "Bloquear" }).click();
  await heading(page, "¿Bloquear este teléfono?");
  await stage.judge(page, "7-block");
  await page.getByRole("button", { name: "Bloquear este teléfono" }).click();
  await heading(page, "Este teléfono ya no autoriza");
  await stage.judge(page, "8-blocked");
  assert.equal(await standing(first), "cancelled");
  assert.deepEqual(page.mistakes, []);
}

// Without a mouse, from the first key to the last.
async function keyboard() {
  const page = await stage.page();
  const key = (name) => page.keyboard.press(name);
  await page.goto(await link());
  await heading(page, "Registre este teléfono");
  await tabTo(page, "Nombre de este teléfono");
  await page.keyboard.type("Mi teléfono");
  await tabTo(page, "Clave de 6 dígitos");
  await page.keyboard.type(PIN);
  await tabTo(page, "La misma clave otra vez");
  await page.keyboard.type(PIN);
  await key("Enter");
  await page.getByText("Este teléfono quedó registrado.").waitFor();
  const asked = await ask(250_000);
  await tabTo(page, "Ver si hay algo nuevo");
  await key("Enter");
  await page.locator(`#shown-${asked.id}`).waitFor();
  await tabTo(page, "Clave de 6 dígitos");
  await page.keyboard.type(PIN);
  await tabTo(page, "Autorizar");
  await key("Enter");
  await page.getByText("Quedó autorizada.").waitFor();
  assert.equal(await standing(asked), "approved");
  assert.deepEqual(page.mistakes, []);
}

// Without scripts; the phone before is replaced, and says so.
async function plain() {
  const before = await stage.page();
  await before.goto(await link());
  await enrol(before);
  const page = await stage.page({ javaScriptEnabled: false });
  await page.goto(await link());
  await enrol(page);
  const asked = await ask(250_000);
  await page.getByRole("link", { name: "Ver si hay algo nuevo" }).click();
  await page.getByLabel("Clave de 6 dígitos").fill(PIN);
  await page.getByRole("button", { name: "Autorizar" }).click();
  await page.getByText("Quedó autorizada.").waitFor();
  assert.equal(await standing(asked), "approved");
  await before.goto(`${stage.told.gateway}/mi-pass`);
  await heading(before, "Este teléfono ya no autoriza");
  await before.getByText("Usted registró otro teléfono en su lugar.").waitFor();
}
