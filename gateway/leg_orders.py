"""The order of a leg, as the store is to have it: held while it is open, submitted once, given back if forgotten."""

import asyncio
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Protocol

import structlog

from gateway.call.machine import Call
from gateway.call.states import State
from gateway.events import AnyEvent, SubmitDelayed, milliseconds
from gateway.orders.order import Order, OrderState
from gateway.store import EventLog, Hold, LeaseLostError, SessionStore, StoreError
from gateway.submission import Submission

FIRST_DELAY = 1.5
NEXT_DELAY = 3.0
"""Seconds after which a submit without an answer is told to the core: the first time, and again and again."""


class Leg(Protocol):
    """Whose order it is."""

    def take(self, event: AnyEvent, *, logged: bool) -> None:
        """Take an event in; `logged`: the log has it already."""

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Have something done as a task of the leg."""

    def lose_lease(self) -> None:
        """A newer leg has the call."""


class LegOrders:
    """Carries out what concerns the order of one leg.

    Args:
        store: where orders are held.
        log: of this process; the call is open in it while the leg runs.
        call: the core.
        submission: places orders.
        fence: under which the leg holds the call.
        held_order_s: how long an open order is kept for the same number, seconds.
        leg: is told the outcomes.
    """

    def __init__(
        self,
        store: SessionStore,
        log: EventLog,
        call: Call,
        submission: Submission,
        fence: int,
        held_order_s: int,
        leg: Leg,
    ) -> None:
        self._store = store
        self._events = log
        self._call = call
        self._submission = submission
        self._fence = fence
        self._held_order_s = held_order_s
        self._leg = leg
        self._log = structlog.get_logger(__name__).bind(call_id=call.call_id)
        self._submits = 0

    @property
    def submitting(self) -> bool:
        """Whether an order is on its way to the store."""
        return self._submits > 0

    def hold(self, order: Order | None) -> None:
        """Keep the open order for the same number's next call, in the same step as the log; None: keep none."""
        key = self._call.caller_key
        if key is None:
            return
        if order is None:
            self._leg.spawn(self._drop_held(key))
            return
        self._events.append(self._call.call_id, [], Hold(key, order.id, order.model_dump_json(), self._held_order_s))

    async def submit(self, order: Order) -> None:
        """Place the order; the outcome is an event. The core is told while it takes long."""
        self._submits += 1
        telling = asyncio.create_task(self._tell_delay(), name="submit delay")
        try:
            event_id = self._submit_id(order)
            became = await self._submission.submit(order, event_id, datetime.now(UTC), self._log_stands)
        except LeaseLostError:
            self._leg.lose_lease()  # the newer leg asks for the submit again
            return
        finally:
            self._submits -= 1
            telling.cancel()
        if became.own:
            self._events.submitted(self._call.call_id, event_id)
        self._leg.take(became.event, logged=became.logged)

    def log_restored(self) -> None:
        """The store had forgotten the call, and has its log again: its order is brought back, too."""
        order = self._call.order
        if order is not None and order.state in (OrderState.SUBMITTED, OrderState.ACCEPTED):
            self._leg.spawn(self._place_again(order))
        elif order is not None and order.is_open and order.lines:
            self.hold(order)

    async def _drop_held(self, key: str) -> None:
        try:
            await self._store.drop_held(self._call.restaurant.id, key)
        except StoreError as error:
            self._log.warning("held_order_not_dropped", reason=type(error).__name__)

    async def _log_stands(self) -> None:
        """Wait until the store has the log up to here, also when it has just come back without it."""
        self._events.append(self._call.call_id, [])
        await self._events.flushed(self._call.call_id)

    async def _place_again(self, order: Order) -> None:
        """Placed twice is placed once: the receiver knows the delivery, should it have had it already."""
        event_id = self._submit_id(order)
        try:
            again = await self._submission.submit(order, event_id, datetime.now(UTC), self._log_stands)
        except LeaseLostError:
            return  # the newer leg reads in the log that it has to
        if again.own:
            self._events.submitted(self._call.call_id, event_id)
        elif again.event.type == "order.error":
            self._log.error("order_not_placed_again", order_id=order.id)

    def _submit_id(self, order: Order) -> str:
        """Outside the leg's numbers, which have no gaps: the store writes it when, and if, the order is placed."""
        return f"{self._fence}-order-{order.version}"

    async def _tell_delay(self) -> None:
        """Tell the core that a submit takes long, again and again: what the caller hears meanwhile is its business."""
        began, pause = time.monotonic(), FIRST_DELAY
        while True:
            await asyncio.sleep(pause)
            pause = NEXT_DELAY
            if self._call.state is not State.DISCONNECTED:
                at, waited = milliseconds(datetime.now(UTC)), round(time.monotonic() - began, 1)
                delayed = SubmitDelayed(session_id=self._call.call_id, timestamp=at, waited_s=waited)
                self._leg.take(delayed, logged=False)
