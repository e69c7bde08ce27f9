"""Judges a webhook by the Python library of Standard Webhooks: exit 0 where it is genuine, 3 where not."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

call = json.load(sys.stdin)
try:
    Webhook(call["secret"]).verify(call["body"], call["headers"])
except WebhookVerificationError as error:
    print(error)
    sys.exit(3)
