"""A POS to try the gateway with: receives signed webhooks as an integrator's server would, and keeps the orders.

Signatures are checked with the package `standardwebhooks`, not with our own code. Faults can be switched on to see what
the gateway makes of them. An order that comes twice (same webhook-id) is answered and counted, but kept once.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.local.host import hosted

FaultKind = Literal["status", "slow", "hang", "half"]
MOST_BYTES = 1 << 20
"""A larger body is answered with 413."""


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` requests; with all of them until it is taken back when that is None.

    Attributes:
        kind: `status` answers `status`; `slow` accepts after `seconds`; `hang` never answers; `half` accepts, but the
            answer breaks off.
        keeps: whether the order is kept all the same, as by a server that dies after its work and before its answer.
    """

    kind: FaultKind
    times: int | None = 1
    status: int = 500
    seconds: float = 1.0
    keeps: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def takes(self) -> bool:
        """Whether the message is kept in the end."""
        return self.keeps or self.kind == "slow"


@dataclass(frozen=True, slots=True)
class Received:
    """A verified message."""

    id: str
    type: str
    data: Mapping[str, object]
    body: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """A request, and what is made of it; told before it is answered.

    Attributes:
        message: None: it has no valid signature, or is no message.
        news: whether its webhook-id came for the first time; only kept messages are remembered.
        fault: what goes wrong with the answer; None: it is 204, or 4xx for what is not verified.
    """

    message: Received | None
    news: bool
    fault: Fault | None


class PosReceiver:
    """A POS on a loopback port: `async with PosReceiver(secret) as pos: ... pos.url, await pos.wait_for(1)`.

    Attributes:
        url: where to send webhooks.
        orders: what was received and verified, each webhook-id once, in order of arrival.
        requests: how many requests came, whatever became of them.
        duplicates: how many of them repeated a webhook-id.
        refused: how many had no valid signature.
        faults: what goes wrong next; append to it at any time.
    """

    def __init__(
        self,
        secret: str,
        *,
        port: int = 0,
        watch: Callable[[Seen], None] | None = None,
        routes: Sequence[Route] = (),
    ) -> None:
        """Prepare it.

        Args:
            secret: `whsec_` and base64 of the key.
            port: 0 takes a free one.
            watch: told of every request.
            routes: more to be served beside `/orders`.
        """
        self._webhook = Webhook(secret)
        self._port = port
        self._watch = watch
        self._routes = routes
        self._seen: set[str] = set()
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()
        self._served = AsyncExitStack()
        self.url = ""
        self.orders: list[Received] = []
        self.requests = 0
        self.duplicates = 0
        self.refused = 0
        self.faults: list[Fault] = []

    async def __aenter__(self) -> Self:
        routes = [Route("/orders", self._receive, methods=["POST"]), *self._routes]
        app = Starlette(routes=routes, max_body_size=MOST_BYTES)
        self.url = f"{await self._served.enter_async_context(hosted(app, port=self._port))}/orders"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._served.aclose()

    async def wait_for(self, count: int, timeout_s: float = 10.0) -> list[Received]:
        """The orders, once there are at least `count`.

        Raises:
            TimeoutError: there were fewer after `timeout_s` seconds.
        """
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: len(self.orders) >= count)
        return self.orders

    async def _receive(self, request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response(status_code=400)
        self.requests += 1
        try:
            self._webhook.verify(body, dict(request.headers))
        except (WebhookVerificationError, ValueError):  # ValueError: a signature that the package cannot take apart
            self.refused += 1
            self._tell(Seen(None, news=False, fault=None))
            return PlainTextResponse("no valid signature", status_code=401)
        message = _message(request.headers["webhook-id"], body)
        if message is None:
            self._tell(Seen(None, news=False, fault=None))
            return PlainTextResponse("not a message: type and data are missing", status_code=400)
        fault = self._next_fault()
        self._tell(Seen(message, news=message.id not in self._seen, fault=fault))
        if fault is None:
            await self._keep(message)
            return Response(status_code=204)
        if fault.keeps:
            await self._keep(message)
        match fault.kind:
            case "status":
                return Response(status_code=fault.status, headers=dict(fault.headers))
            case "half":
                return _HalfAnswer()
            case "hang":
                await self._wait(3600)
                return Response(status_code=503)
            case "slow":
                await self._wait(fault.seconds)
        if not fault.keeps:
            await self._keep(message)
        return Response(status_code=204)

    def _tell(self, seen: Seen) -> None:
        if self._watch is not None:
            self._watch(seen)

    def _next_fault(self) -> Fault | None:
        if not self.faults:
            return None
        fault = self.faults[0]
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.pop(0)
        return fault

    async def _keep(self, message: Received) -> None:
        if message.id in self._seen:
            self.duplicates += 1
            return
        self._seen.add(message.id)
        async with self._changed:
            self.orders.append(message)
            self._changed.notify_all()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return


def _message(message_id: str, body: bytes) -> Received | None:
    """The body as a message; None for other JSON, signed as it may be."""
    found = json.loads(body)
    match found:
        case {"type": str() as kind, "data": dict() as data}:
            return Received(message_id, kind, data, body)
        case _:
            return None


class _HalfAnswer(Response):
    """An answer that breaks off: uvicorn closes the connection when the application returns in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
