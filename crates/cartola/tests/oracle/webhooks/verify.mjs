// Judges a webhook by the JavaScript library of Standard Webhooks: exit 0 where it is genuine, 3 where not.

import { readFileSync } from "node:fs";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const call = JSON.parse(readFileSync(0, "utf8"));
try {
  new Webhook(call.secret).verify(call.body, call.headers);
} catch (error) {
  if (!(error instanceof WebhookVerificationError)) throw error;
  console.log(error.message);
  process.exitCode = 3;
}
