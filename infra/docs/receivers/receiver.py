"""A receiver for the gateway's webhooks, in Python's standard library alone (3.9 and up).

    POS_SECRETS="whsec_..." PORT=9000 python3 receiver.py

While a secret is being changed, POS_SECRETS holds both, with a space between them.
"""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRETS = os.environ["POS_SECRETS"].split()
TOLERANCE_S = 5 * 60  # an older message may be a copy that somebody sends again
LARGEST = 1024 * 1024  # bytes
one_at_a_time = threading.Lock()
# Yours is a table in your database, with a unique key on the id, written together with the order.
seen: set[str] = set()


def is_genuine(headers: Message, body: bytes) -> bool:
    """Whether one of the signatures is right: HMAC-SHA256 of id, timestamp and the raw body."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not stamp.isdecimal() or len(stamp) > 12 or abs(time.time() - int(stamp)) > TOLERANCE_S:
        return False
    signed = message_id.encode() + b"." + stamp.encode() + b"." + body
    given = headers.get("webhook-signature", "").split(" ")
    for secret in SECRETS:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        ours = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if any(hmac.compare_digest(ours.encode(), theirs.encode()) for theirs in given):
            return True
    return False


def take(message: dict[str, Any]) -> None:
    """Yours: put it where your own worker finds it. The answer waits for this, so it must be quick."""
    print("took", message["type"], message["data"].get("order_ref", ""), flush=True)


class Receiver(BaseHTTPRequestHandler):
    """Answers requests, each in a thread of its own."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one message."""
        self.send_response(self.judge())
        self.send_header("content-length", "0")
        self.end_headers()

    def judge(self) -> int:
        """The status for a message, which is taken when that is 204."""
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            self.close_connection = True
            return 413
        body = self.rfile.read(int(length))  # raw: the signature is over these bytes
        if not is_genuine(self.headers, body):
            return 401
        message_id = self.headers["webhook-id"]
        with one_at_a_time:
            if message_id not in seen:  # a message may come twice: take it once, answer 2xx both times
                take(json.loads(body))
                seen.add(message_id)
        return 204

    def log_message(self, *words: object) -> None:
        """Keep quiet: a log of requests is yours to write, without bodies, as these hold customers' numbers."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver)
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()
