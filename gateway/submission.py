"""The one step in which an order becomes real: stored for the POS, the log and the held order with it.

A store that does not answer may have done it nevertheless, so it is asked again with the same words. Then it may say
that the order is placed already, and not always as it stands now: the core is told which it is.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Literal, NamedTuple, TypeVar

import structlog

from gateway.call.machine import Call
from gateway.events import OrderEvent, milliseconds
from gateway.orders.order import Order
from gateway.orders.order_data import order_data, same_order, stored_order
from gateway.orders.pricing import totals
from gateway.pos.order_payload import ORDER_CONFIRMED, CallInfo, build_order_confirmed
from gateway.pos.webhook import delivery_id
from gateway.store import Delivery, LatelyLimits, LeaseLostError, SessionStore, StoreError, StoreUnavailableError

SUBMIT_PATIENCE = 20.0
"""Seconds for which a store that does not answer is asked; the caller is told to hold on meanwhile."""
SUBMIT_PAUSE = 0.25
"""Seconds between two questions to it."""

Answer = TypeVar("Answer")


class Submitted(NamedTuple):
    """What became of a submit.

    `event` is for the core. `logged`: the store has put it, or one like it, into the log already; `own`: this very one.
    """

    event: OrderEvent
    logged: bool
    own: bool = False


async def _nothing() -> None:
    """The log holds all that led to the submit already."""


class Submission:
    """Submits the orders of one call.

    Args:
        store: where orders go.
        call: whose order it is.
        fence: under which the leg holds the call; None: no leg does, the call is over.
        caller_number: E.164; goes into the order's message.
        patience_s: seconds for which a store that does not answer is asked; None: `SUBMIT_PATIENCE`.
    """

    def __init__(
        self,
        store: SessionStore,
        call: Call,
        fence: int | None,
        caller_number: str | None,
        *,
        patience_s: float | None = None,
    ) -> None:
        self._store = store
        self._call = call
        self._fence = fence
        self._caller_number = caller_number
        self._patience_s = SUBMIT_PATIENCE if patience_s is None else patience_s
        self._log = structlog.get_logger(__name__).bind(call_id=call.call_id)

    async def submit(
        self, order: Order, event_id: str, now: datetime, written: Callable[[], Awaitable[None]] = _nothing
    ) -> Submitted:
        """Place the order; however often and from wherever it is asked, it is placed once.

        Args:
            order: confirmed by the caller.
            event_id: of the event in the log that says that it was placed.
            now: aware UTC.
            written: waits until the log holds what led to this.

        Raises:
            LeaseLostError: a newer leg has the call; it asks for the submit again.
        """
        restaurant = self._call.restaurant
        total = totals(order, restaurant.menu).total
        done = self._event("order.complete", order, total, now)
        failed = self._event("order.error", order, total, now)
        asked = partial(
            self._store.submit,
            restaurant.id,
            self._call.call_id,
            self._fence,
            order_id=order.id,
            version=order.version,
            order=order.model_dump_json(),
            delivery=self._delivery(order, now),
            events=[(event_id, done.to_json())],
            now=now,
            caller_key=self._call.caller_key,
            cents=total,
            lately=LatelyLimits(restaurant.approval_recent, restaurant.approval_cents),
        )
        try:
            async with asyncio.timeout(self._patience_s):
                await written()  # waits as long as the store is away
                answer = await _persistently(asked)
                placed, placed_by = (order, self._call.call_id) if answer != "already" else await self._placed(order.id)
        except LeaseLostError:
            raise
        except (StoreError, TimeoutError) as error:
            self._log.error("order_not_submitted", order_id=order.id, reason=type(error).__name__)
            return Submitted(failed, logged=False)
        if answer == "too_much":
            self._log.warning("order_needs_person", order_id=order.id)
            return Submitted(failed.model_copy(update={"reason": "needs_person"}), logged=False)
        if placed is None or not same_order(placed, order):
            self._log.error("order_placed_before", order_id=order.id, known=placed is not None)
            known = {} if placed is None else {"reason": "placed_before", "placed": placed.model_dump_json()}
            return Submitted(failed.model_copy(update=known), logged=False)
        self._log.info("order_submitted", order_id=order.id, items=len(order.lines), total_cents=total)
        # Two calls of one number may place one held order: what the other one did stands in the other one's log.
        return Submitted(done, logged=placed_by == self._call.call_id, own=answer == "submitted")

    async def _placed(self, order_id: str) -> tuple[Order | None, str | None]:
        """An order as the store has it, and the call that placed it; None: it cannot be said."""
        found = await _persistently(partial(self._store.placed_order, self._call.restaurant.id, order_id))
        return (None, None) if found is None else (stored_order(found.get("order")), found.get("call_id"))

    def _delivery(self, order: Order, now: datetime) -> Delivery:
        """The POS's message about a confirmed order."""
        call = CallInfo(self._call.call_id, self._caller_number, tuple(self._call.legs))
        quote = self._call.desk.offer.quote_minutes
        body = build_order_confirmed(order, self._call.restaurant, call, now, quote_minutes=quote).decode()
        return Delivery(delivery_id(order.id, ORDER_CONFIRMED, 1), order.id, ORDER_CONFIRMED, body)

    def _event(
        self, kind: Literal["order.complete", "order.error"], order: Order, total: int, now: datetime
    ) -> OrderEvent:
        data = order_data(order, total, "confirmed" if kind == "order.complete" else "failed")
        at = milliseconds(now)
        return OrderEvent(
            session_id=self._call.call_id, timestamp=at, type=kind, order_id=order.id, data=data, version=order.version
        )


async def _persistently(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Ask the store until it answers; what is asked may be asked twice. Put a time-out around it."""
    while True:
        try:
            return await ask()
        except StoreUnavailableError:
            await asyncio.sleep(SUBMIT_PAUSE)
