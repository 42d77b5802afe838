"""A POS in a process of its own that costs little: it answers as it is told and remembers what it accepted.

    python -m infra.deliveries.receiver PORT FAIL_SHARE DELAY_MS SEED

Its signature check is that of the package `standardwebhooks`, for every message that it accepts. On standard output it
says `ready`; when standard input is closed it writes what it accepted, one JSON line a message, and ends.
"""

import asyncio
import base64
import json
import random
import sys
import time
from typing import Final

import httptools
from standardwebhooks import Webhook

SECRET: Final = "whsec_" + base64.b64encode(b"the deliveries of the bench, yes").decode()
_ANSWERS: Final = {
    status: f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode() for status in (204, 401, 429, 500, 503)
}


class Receiver:
    """What was accepted: (webhook-id, order, sequence, when), in order of acceptance, and how many requests came."""

    def __init__(self, fail_share: float, delay_s: float, seed: int) -> None:
        self.accepted: list[tuple[str, str, int, float]] = []
        self.requests = 0
        self.delay_s = delay_s
        self._fail_share = fail_share
        self._random = random.Random(seed)  # noqa: S311 - faults, not secrets
        self._webhook = Webhook(SECRET)

    def judge(self, headers: dict[str, str], body: bytes, came: float) -> int:
        """The status for one request."""
        self.requests += 1
        if self._random.random() < self._fail_share:
            return self._random.choice((429, 500, 503))
        try:
            message = self._webhook.verify(body, headers)
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not accepted
            return 401
        data = message["data"]
        self.accepted.append((headers["webhook-id"], data["order_ref"], data["sequence"], came))
        return 204


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests do not overlap on it."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102 - asyncio's callback
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: D102 - asyncio's callback
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:  # noqa: D102 - httptools' callback
        self._headers, self._body = {}, []

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: D102 - httptools' callback
        self._headers[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:  # noqa: D102 - httptools' callback
        self._body.append(body)

    def on_message_complete(self) -> None:  # noqa: D102 - httptools' callback
        came = time.time()
        loop, headers, body = asyncio.get_running_loop(), self._headers, b"".join(self._body)
        loop.call_later(self._receiver.delay_s, self._answer, headers, body, came)

    def _answer(self, headers: dict[str, str], body: bytes, came: float) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWERS[self._receiver.judge(headers, body, came)])


async def main(port: int, fail_share: float, delay_ms: float, seed: int) -> None:
    """Serve until standard input ends."""
    receiver = Receiver(fail_share, delay_ms / 1000, seed)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(receiver), "127.0.0.1", port)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(json.dumps({"requests": receiver.requests}))
    for entry in receiver.accepted:
        print(json.dumps(entry))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
