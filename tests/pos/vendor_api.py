"""A POS system's API on a loopback port: it keeps orders, finds them again, and fails when it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.local.host import hosted


@dataclass(slots=True)
class VendorApi:
    """What came, and what is to be answered.

    Attributes:
        url: where it begins.
        orders: bodies of the orders that were made, each once.
        seconds: bodies of what followed an order: payments, print events.
        second_answers: (status, body) of the next ones of these.
        asked: method and path of every request.
        headers: of the latest request.
        answers: (status, body) of the next POSTs of orders, before they are taken; None: the order is made, and the
            answer is lost.
        logins: (status, body) of the next logins; without one a token is given, a new one each time.
        tokens: that were given.
        unreadable: whether the answers to orders say nothing.
        price: what Toast's price check says, in dollars; None: it cannot say.
    """

    url: str = ""
    orders: list[dict[str, Any]] = field(default_factory=list)
    seconds: list[dict[str, Any]] = field(default_factory=list)
    second_answers: list[tuple[int, object]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[int, object] | None] = field(default_factory=list)
    logins: list[tuple[int, object]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    price: float | None = 0.0
    unreadable: bool = False

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        self.asked.append((request.method, path))
        self.headers = dict(request.headers)
        if request.method == "GET":
            return self._find(request)
        body = json.loads(await request.body())
        if path.endswith("/login"):
            return self._log_in()
        if path.endswith("/prices"):
            return JSONResponse({"checks": [] if self.price is None else [{"totalAmount": self.price}]})
        if path.endswith(("/payments", "/print_event")):
            if self.second_answers:
                status, said = self.second_answers.pop(0)
                return JSONResponse(said, status)
            self.seconds.append(body)
            return JSONResponse({})
        told = self.answers.pop(0) if self.answers else (200, {})
        if told is not None and told[0] >= 300:
            return JSONResponse(told[1], told[0])
        if not self._knows(body):
            self.orders.append(body)
        if told is None:
            await asyncio.sleep(60)  # until the peer has had enough
        if self.unreadable:
            return JSONResponse(["?"])
        due = {"amount": 2000, "currency": "USD"}
        return JSONResponse({"id": "CL1", "order": {"id": "SQ1", "net_amount_due_money": due}})

    def _log_in(self) -> Response:
        if self.logins:
            status, told = self.logins.pop(0)
            return JSONResponse(told, status)
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        return JSONResponse({"status": "SUCCESS", "token": {"accessToken": self.tokens[-1], "expiresIn": 1000}})

    def _knows(self, body: dict[str, Any]) -> bool:
        """Square's idempotency key; the others make whatever they are sent."""
        key = body.get("idempotency_key")
        return key is not None and any(order["idempotency_key"] == key for order in self.orders)

    def _find(self, request: Request) -> Response:
        if (wanted := request.query_params.get("filter")) is not None:
            carts = [order["orderCart"] for order in self.orders]
            return JSONResponse({"elements": [c | {"id": "CL1"} for c in carts if f"title={c['title']}" == wanted]})
        external_id = request.url.path.rpartition("/")[2]
        found = [order for order in self.orders if order["externalId"] == external_id]
        return JSONResponse(found[0]) if found else JSONResponse({"message": "not found"}, 404)


@asynccontextmanager
async def vendor_api() -> AsyncIterator[VendorApi]:
    """The API for the length of a block."""
    api = VendorApi()
    app = Starlette(routes=[Route("/{path:path}", api.answer, methods=["GET", "POST"])])
    async with hosted(app) as api.url:
        yield api
