"""The POS simulator: a receiver that can be told to misbehave, and that tells the gateway how far its orders are.

What it is told comes as lines (`pos_wishes.py`): from whoever runs it, or as the body of `POST /control`. Its own calls
to the gateway are signed with the package `standardwebhooks` and made one after the other by one task.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

import httpx2
from standardwebhooks import Webhook
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.local.pos import Fault, PosReceiver, Received, Seen
from gateway.local.pos_wishes import HELP, Move, Say, Spoil, Tell, WishError, read_wish
from gateway.pos.inbound import PosStatus, StatusUpdate
from gateway.pos.openapi import BASE

CONTROL = "/control"
GATEWAY = "http://127.0.0.1:8000"
"""Where a gateway listens that was told nothing else."""
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """A status that the gateway was told, and what it answered, in words."""

    order_ref: str
    status: PosStatus
    answer: str


class PosSimulator:
    """Everything but the terminal. `async with simulator.running(): ...`; then it serves until the block ends.

    Attributes:
        pos: the receiver.
        gateway: where the gateway's own API is.
    """

    def __init__(
        self,
        secret: str,
        *,
        port: int = 0,
        gateway: str = GATEWAY,
        pause_s: float = 1.0,
        on_seen: Callable[[Seen], None] = lambda seen: None,
        on_told: Callable[[Told], None] = lambda told: None,
    ) -> None:
        """Prepare it.

        Args:
            secret: `whsec_` and base64 of the key: what messages are verified with, and calls signed.
            port: 0 takes a free one.
            gateway: its URL.
            pause_s: between two statuses of an order, as a kitchen takes its time.
            on_seen: told of every request.
            on_told: told of every status that the gateway was told.
        """
        self._webhook = Webhook(secret)
        self._on_seen = on_seen
        self._on_told = on_told
        self._pause_s = pause_s
        self._auto = Say((), every=True)
        self._latest: Received | None = None
        self._calls: asyncio.Queue[tuple[Received, Say]] = asyncio.Queue()
        self.gateway = gateway.rstrip("/")
        control = Route(CONTROL, self._control, methods=["GET", "POST"])
        self.pos = PosReceiver(secret, port=port, watch=self._watch, routes=[control])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve until the block ends.

        Raises:
            OSError: the port is taken.
        """
        async with self.pos:
            talking = asyncio.create_task(self._talk(), name="POS simulator's calls")
            try:
                yield
            finally:
                talking.cancel()
                await asyncio.gather(talking, return_exceptions=True)

    def take(self, line: str) -> str:
        """Do what a line wants; returns what to say to that.

        Raises:
            WishError: it is none of `HELP`, or cannot be done now.
        """
        wish = read_wish(line)
        match wish:
            case Spoil(None):
                self.pos.faults.clear()
                return "messages are answered with 204"
            case Spoil(fault):
                assert fault is not None
                self.pos.faults.append(fault)
                return described(fault)
            case Say():
                return self._say(wish)
            case Move(url):
                self.gateway = url
                return f"the gateway is at {url}"
            case Tell("state"):
                return self._state()
            case Tell():
                return HELP
            case _:
                assert_never(wish)

    def _say(self, say: Say) -> str:
        if say.every:
            self._auto = say
            return f"every order is told {_listed(say)}" if say.statuses else "orders are told nothing by themselves"
        if self._latest is None:
            raise WishError("no order has come yet")
        self._calls.put_nowait((self._latest, say))
        return f"telling {self.gateway} {_listed(say)}"

    def _state(self) -> str:
        pos = self.pos
        lines = [
            f"messages kept: {len(pos.orders)}; repeated: {pos.duplicates}; without a valid signature: {pos.refused}",
            *(f"next: {described(fault)}" for fault in pos.faults),
            "then: 204" if pos.faults else "next: 204",
            f"every order is told {_listed(self._auto)}" if self._auto.statuses else "",
            f"gateway: {self.gateway}",
        ]
        return "\n".join(line for line in lines if line)

    def _watch(self, seen: Seen) -> None:
        self._on_seen(seen)
        message, fault = seen.message, seen.fault
        taken = fault is None or fault.takes
        if message is None or not seen.news or not taken or not message.type.startswith("order."):
            return
        self._latest = message
        # the gateway knows no order of a test message (`gateway pos send-test`)
        test = json.loads(message.body).get("test") is True
        if message.type == "order.confirmed" and self._auto.statuses and not test:
            self._calls.put_nowait((message, replace(self._auto, every=False)))

    async def _control(self, request: Request) -> Response:
        """The same lines over HTTP. Not from a web page: it could make us sign calls to anywhere."""
        if "origin" in request.headers:
            return PlainTextResponse("not from a web page\n", status_code=403)
        try:
            line = "state" if request.method == "GET" else (await request.body()).decode()
            return PlainTextResponse(self.take(line) + "\n")
        except (WishError, UnicodeDecodeError) as error:
            return PlainTextResponse(f"{error}\n", status_code=400)

    async def _talk(self) -> None:
        async with httpx2.AsyncClient(trust_env=False, timeout=_TIMEOUT_S) as client:
            while True:
                order, say = await self._calls.get()
                ids = [f"pos_{secrets.token_hex(8)}" for _ in say.statuses]
                last = -1
                for status, place in say.calls:
                    if last not in (-1, place):
                        await asyncio.sleep(self._pause_s)
                    last = place
                    self._on_told(await self._tell(client, order, status, ids[place]))

    async def _tell(self, client: httpx2.AsyncClient, order: Received, status: PosStatus, call_id: str) -> Told:
        order_ref = str(order.data.get("order_ref"))
        restaurant = order.data.get("restaurant")
        ref = str(restaurant.get("ref")) if isinstance(restaurant, Mapping) else ""
        url = self.gateway + BASE.format(restaurant=ref) + f"/orders/{order_ref}/status"
        reason = "The kitchen cannot make it." if status == "rejected" else None
        body = StatusUpdate(status=status, reason=reason).model_dump_json(exclude_none=True)
        now = datetime.now(UTC)
        signed = {
            "content-type": "application/json",
            "webhook-id": call_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(call_id, now, body),
        }
        try:
            answer = await client.post(url, content=body, headers=signed)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Told(order_ref, status, f"{self.gateway} cannot be reached ({type(error).__name__})")
        return Told(order_ref, status, f"{answer.status_code} {_answered(answer)}")


def described(fault: Fault) -> str:
    """What goes wrong next, in words."""
    often = "every request" if fault.times is None else "one request" if fault.times == 1 else f"{fault.times} requests"
    return f"{often}: {outcome(fault)}"


def outcome(fault: Fault | None) -> str:
    """What a message is answered with, in words."""
    if fault is None:
        return "answered with 204"
    what = {
        "status": f"answered with {fault.status}",
        "slow": f"answered with 204 after {fault.seconds:g} s",
        "hang": "not answered",
        "half": "answered by half",
    }[fault.kind]
    return what + (", and kept" if fault.keeps else "")


def _answered(answer: httpx2.Response) -> str:
    """What the gateway says, in a few words."""
    try:
        found = answer.json()
    except ValueError:
        return answer.reason_phrase
    match found:
        case {"error": {"code": str() as code, "message": str() as message}}:
            return f"{code}: {message}"
        case {"changed": bool() as changed}:
            return "taken" if changed else "known already"
        case _:
            return answer.reason_phrase


def _listed(say: Say) -> str:
    ways = [way for way, on in (("twice", say.twice), ("reordered", say.reordered)) if on]
    return ", ".join((*say.statuses, *ways))
