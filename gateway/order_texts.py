"""Text messages about orders, as far as the outbox: the confirmation that a caller agreed to, and how the order ended.

They take the outbox's way, in a queue of their own for each order, so that they keep their sequence, survive a crash
and are retried like any delivery; `sms_carrier.py` brings them to Twilio. Rules kept here: one confirmation for an
order, whichever process asks and however often; the later messages go to the same number from the same sender; nothing
here disturbs a call or a POS: what fails is logged, and asked for again by the call's next leg or its end.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.call.effects import TextOrder
from gateway.call.machine import Call
from gateway.events import TextQueued, stamp_of
from gateway.orders.restaurant import Language, Restaurant
from gateway.orders.wording.order_texts import Outcome, outcome_text, placed_text
from gateway.pos.webhook import delivery_id
from gateway.security import e164
from gateway.store import Delivery, SessionStore, StoreError
from gateway.store.texts import TextStore

SMS = "sms"
"""The type of these deliveries."""
PATIENCE_S = 5.0
THREAD_FOR = timedelta(hours=12)
"""How long after an order is ready its customer's number is kept for what may still be told."""

log = structlog.get_logger(__name__)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class SmsMessage(_Record):
    """A text message as it lies in the outbox; `to` is E.164."""

    to: str
    sender: str
    text: str


class Thread(_Record):
    """Where the messages about an order go, and in which language."""

    to: str
    sender: str
    language: Language


class OrderTexts:
    """Puts text messages about orders into the outbox. Nothing it does raises for the store."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._texts = TextStore(store.connection)

    async def confirm(self, call: Call, owed: TextOrder, number: str | None, now: datetime) -> TextQueued | None:
        """Have a placed order confirmed; the event for the call's log, or None when it could not be.

        Args:
            call: which agreed to it.
            owed: what is to be sent.
            number: the caller's, as Twilio gives it.
            now: aware UTC.
        """
        restaurant, to = call.restaurant, e164(number)
        if restaurant.sms is None or to is None:
            return None
        order = owed.order
        quote = timedelta(minutes=call.desk.offer.quote_minutes or restaurant.quote_minutes)
        ready = (order.fulfilment.at if order.fulfilment is not None else None) or now + quote
        here, local = ready.astimezone(restaurant.zone), now.astimezone(restaurant.zone)
        text = placed_text(order, restaurant.menu, restaurant.name, owed.language, here, local)
        thread = Thread(to=to, sender=restaurant.sms.sender, language=owed.language)
        life = ready - now + THREAD_FOR
        try:
            async with asyncio.timeout(PATIENCE_S):
                kept = thread.model_dump_json()
                await self._texts.keep_thread(restaurant.id, order.id, kept, int(life.total_seconds()))
                await self._enqueue(restaurant, order.id, "placed", thread, text, now)
        except (StoreError, TimeoutError) as error:
            log.warning("text.not_queued", call_id=call.call_id, order_id=order.id, reason=type(error).__name__)
            return None
        return TextQueued(**stamp_of(call.call_id, now), order_id=order.id)

    async def tell(
        self, restaurant: Restaurant, order_id: str, outcome: Outcome, reason: str | None, now: datetime
    ) -> None:
        """Tell a customer who agreed to texts what became of the order; nobody else is told."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await self._texts.thread(restaurant.id, order_id)
                if found is None:
                    return
                thread = Thread.model_validate_json(found)
                text = outcome_text(order_id, outcome, reason, restaurant.name, thread.language)
                await self._enqueue(restaurant, order_id, outcome, thread, text, now)
        except (StoreError, TimeoutError, ValidationError) as error:
            log.warning("text.not_queued", order_id=order_id, reason=type(error).__name__)

    async def _enqueue(
        self, restaurant: Restaurant, order_id: str, kind: str, thread: Thread, text: str, now: datetime
    ) -> None:
        message = SmsMessage(to=thread.to, sender=thread.sender, text=text)
        name = delivery_id(order_id, f"{SMS}.{kind}", 1)
        delivery = Delivery(name, f"{order_id}:{SMS}", SMS, message.model_dump_json())
        if await self._store.enqueue(restaurant.id, delivery, now):
            log.info("text.queued", restaurant=restaurant.id, order_id=order_id, kind=kind)
