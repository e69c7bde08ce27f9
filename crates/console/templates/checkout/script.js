// What the page does by itself: look for news, tell whoever holds it in a frame, lead the focus, and
// go back to the merchant at the end. Without it every form works, and a reload shows the news.
"use strict";
(() => {
  const PAUSE_MS = 5000;
  const PAUSE_WHILE_PAYING_MS = 300;
  const LEAVE_AFTER_MS = 5000;
  const page = document.body.dataset;

  // Each origin that may hold the page is told; the browser hands it to the one that does.
  if (window.parent !== window) {
    const told = { source: "cartola", message: page.message, description: page.description };
    for (const origin of page.origins.split(" ").filter(Boolean)) {
      window.parent.postMessage(told, origin);
    }
  }

  // Only where the payer is here already: a frame that has just come takes no focus from its page.
  const first = document.querySelector("[data-focus]");
  if (first && document.hasFocus()) first.focus();

  for (const form of document.forms) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent !== undefined) return event.preventDefault();
      form.dataset.sent = "";
      const button = form.querySelector("button");
      button.setAttribute("aria-disabled", "true");
      if (button.dataset.busy) button.textContent = button.dataset.busy;
    });
  }
  // A page that comes back from the browser's own memory may be old, and its forms were sent.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.replace(page.here);
  });

  // While a bank is at it, the server holds the question until there is news.
  const waits = page.waits !== undefined;
  const asked = waits ? `${page.status}&seen=${encodeURIComponent(page.stamp)}` : page.status;
  const look = async () => {
    let pause = waits ? PAUSE_WHILE_PAYING_MS : PAUSE_MS;
    try {
      const began = Date.now();
      const answer = await fetch(asked, { cache: "no-store" });
      // Refused, or answered at once because too many wait.
      if (!answer.ok || Date.now() - began < PAUSE_WHILE_PAYING_MS) pause = PAUSE_MS;
      if (answer.ok && (await answer.json()).stamp !== page.stamp) {
        return window.location.replace(page.here);
      }
    } catch {
      pause = PAUSE_MS;
    }
    window.setTimeout(look, pause);
  };
  if (page.watches !== undefined) window.setTimeout(look, waits ? 0 : PAUSE_MS);

  const leave = document.getElementById("leave");
  if (leave) {
    document.getElementById("leaving").hidden = false;
    window.setTimeout(() => leave.click(), LEAVE_AFTER_MS);
  }
})();
