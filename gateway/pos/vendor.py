"""One attempt to bring an order to a POS system by that system's own API.

Rules kept here: an order is looked for before it is made, where the system does not know a repetition by itself; it is
delivered when the kitchen sees it, which some systems want a second request for; what will never be taken is given up
at once, with the system's own words; messages that are no new order are not lost in silence, but told to a person.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import httpx2
import structlog
from pydantic import ValidationError

from gateway.orders.pos_systems import SystemSettings, ToastSettings
from gateway.orders.restaurant import PosEndpoint
from gateway.pos.adapters.mapping import NotDeliverableError
from gateway.pos.adapters.refusal import refusal_text, refused_for_good
from gateway.pos.adapters.request import (
    PosRequest,
    UnreadableAnswerError,
    lookup_for,
    prices_request_for,
    request_for,
    second_request_for,
)
from gateway.pos.adapters.toast import ToastPricesError, priced_cents
from gateway.pos.attempt import TIMEOUT_S, Answer, Attempt, ask
from gateway.pos.order_message import OrderConfirmed
from gateway.pos.vendor_tokens import UNAUTHORISED, VendorTokens
from gateway.pos.webhook import Dead, Failure
from gateway.store import Delivery

log = structlog.get_logger(__name__)

ANSWER_LIMIT = 1 << 20
"""Bytes: systems answer with the whole order, every tax and price of it."""


async def attempt_order(
    client: httpx2.AsyncClient,
    endpoint: PosEndpoint,
    delivery: Delivery,
    now: datetime,
    timeout_s: float = TIMEOUT_S,
    *,
    tokens: VendorTokens,
) -> Attempt | Dead:
    """Make an order at a POS system, once.

    Args:
        client: as for `gateway.pos.attempt.attempt_delivery`.
        endpoint: of a system that is not "neutral"; `url` is where its API begins.
        delivery: an `order.confirmed`.
        now: aware UTC.
        timeout_s: for all requests of the attempt.
        tokens: the worker's.
    """
    settings = endpoint.system_settings
    assert settings is not None, "the neutral form has no adapter"
    if delivery.type != "order.confirmed":
        return Dead(f"{endpoint.system} takes new orders alone: a person must see to this {delivery.type}")
    try:
        message = OrderConfirmed.model_validate_json(delivery.payload)
        request = request_for(settings, message)
    except ValidationError:
        return Dead("the message in the outbox cannot be read by this version")
    except NotDeliverableError as error:
        return Dead(str(error))
    base = endpoint.url.rstrip("/")
    try:
        async with asyncio.timeout(timeout_s):
            token = await tokens.get(client, base, settings, now, timeout_s)
            if isinstance(token, Attempt):
                return token
            got = await _Order(client, base, token, settings, message, now, timeout_s).make(request)
    except TimeoutError:
        return Attempt("timeout")
    if isinstance(got, Attempt) and got.outcome == UNAUTHORISED:
        tokens.refused(base, settings, token)
    return got


class _Order:
    """The requests about one order."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        base: str,
        token: str,
        settings: SystemSettings,
        message: OrderConfirmed,
        now: datetime,
        timeout_s: float,
    ) -> None:
        self._client = client
        self._base = base
        self._authorised = {"Authorization": f"Bearer {token}"}
        self._settings = settings
        self._message = message
        self._now = now
        self._timeout_s = timeout_s

    async def make(self, request: PosRequest) -> Attempt | Dead:
        made = await self._look_up()
        if made is None:
            if (settled := await self._compare_prices()) is not None:
                return settled
            made = await self._post(request)
        if isinstance(made, Attempt):
            return made
        return await self._show(made) if 200 <= made.status < 300 else _judged(made)

    async def _show(self, made: Answer) -> Attempt | Dead:
        """An order is there: have the kitchen see it."""
        try:
            request = second_request_for(self._settings, self._message, made.body)
        except UnreadableAnswerError as error:
            return Attempt("protocol", None, str(error))
        if request is None:
            return Attempt(made.status)
        got = await self._post(request)
        return got if isinstance(got, Attempt) else _judged(got)

    async def _look_up(self) -> Answer | Attempt | None:
        """The answer in which the order is; None when it is not there; an attempt that failed when nobody knows."""
        lookup = lookup_for(self._settings, self._message)
        if lookup is None:
            return None
        got = await self._ask("GET", lookup.path, lookup.headers)
        if isinstance(got, Attempt):
            return got
        match lookup.finds(got.status, got.body):
            case True:
                return got
            case False:
                return None
            case None:
                outcome: int | Failure = "protocol" if 200 <= got.status < 300 else got.status
                return Attempt(outcome, got.retry_after_s, refusal_text(got.status, got.body))

    async def _compare_prices(self) -> Attempt | Dead | None:
        """What Toast would ask for the order, beside what the caller was told; None: go on."""
        settings = self._settings
        if not isinstance(settings, ToastSettings):
            return None
        got = await self._post(prices_request_for(settings, self._message))
        if isinstance(got, Attempt):
            return got
        if not 200 <= got.status < 300:
            return _judged(got)
        told = self._message.data.totals.total
        try:
            asked = priced_cents(got.body)
        except ToastPricesError as error:
            log.warning("delivery.price_unknown", order_id=self._message.data.order_ref, reason=str(error))
            return None
        if asked != told:
            log.warning("delivery.price_differs", order_id=self._message.data.order_ref, told=told, asked=asked)
        most = settings.most_price_difference
        if most is not None and abs(asked - told) > most:
            return Dead(f"toast asks {asked} cents, and the caller was told {told}", got.status)
        return None

    async def _post(self, request: PosRequest) -> Answer | Attempt:
        return await self._ask("POST", request.path, request.headers, request.body)

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> Answer | Attempt:
        url, headers = f"{self._base}{path}", {**self._authorised, **headers}
        return await ask(
            self._client, method, url, headers, content, now=self._now, timeout_s=self._timeout_s, limit=ANSWER_LIMIT
        )


def _judged(got: Answer) -> Attempt | Dead:
    if 200 <= got.status < 300:
        return Attempt(got.status)
    said = refusal_text(got.status, got.body)
    return Dead(said, got.status) if refused_for_good(got.status) else Attempt(got.status, got.retry_after_s, said)
