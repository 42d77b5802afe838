"""Brings text messages from the outbox to Twilio: what a delivery worker does with those instead of a webhook.

Twilio knows no idempotency key for messages ("Message resource"), so before each attempt a mark is written; where there
is a mark already, Twilio is asked whether the message went out before it is sent. Rules kept here: who wants no texts
gets none, by our list and by Twilio's own (error 21610); what comes too late is not sent; no number is logged.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from gateway.order_texts import SmsMessage
from gateway.orders.restaurant import Restaurant
from gateway.pos.attempt import Attempt
from gateway.pos.outbox import Head
from gateway.pos.webhook import Dead
from gateway.security import caller_key
from gateway.settings import Settings
from gateway.store import SessionStore
from gateway.store.texts import TextStore
from gateway.twilio.rest import TwilioRest, account_of
from gateway.twilio.rest_answers import (
    UNSUBSCRIBED,
    TwilioError,
    TwilioRefusedError,
    TwilioUnreachableError,
)

USEFUL_FOR = timedelta(hours=2)
"""A confirmation that comes later would only be puzzled over."""
TAKEN = 201


class SmsCarrier:
    """Sends one text message: `await carrier(head)`. Raises StoreError when the store is away."""

    def __init__(self, twilio: TwilioRest, store: SessionStore, secret: str) -> None:
        """Prepare a carrier.

        Args:
            twilio: makes one attempt; the outbox has a schedule of its own.
            store: with the marks and the list of those who want no texts.
            secret: key of the numbers' hashes.
        """
        self._twilio = twilio
        self._store = store
        self._texts = TextStore(store.connection)
        self._secret = secret

    async def __call__(self, head: Head) -> Attempt | Dead:
        """Send a message once, however often this is asked."""
        try:
            message = SmsMessage.model_validate_json(head.delivery.payload)
        except ValidationError:
            return Dead("the text message cannot be read")
        if datetime.now(UTC) - datetime.fromtimestamp(head.submitted_ms / 1000, UTC) > USEFUL_FOR:
            return Dead("too late to be of use")
        key = caller_key(self._secret, message.to)
        if key is None or await self._texts.is_unsubscribed(head.restaurant_id, key):
            return Dead("the number wants no texts")
        mark = f"sms:{head.delivery.id}"
        try:
            if await self._store.answered_before(head.restaurant_id, mark) is not None:
                if await self._twilio.was_sent(message.to, message.text):
                    return Attempt(TAKEN)
            else:
                await self._store.once(head.restaurant_id, mark, "begun", self._store.retention_s)
            await self._twilio.send_message(message.to, message.sender, message.text)
        except TwilioError as error:
            if isinstance(error, TwilioRefusedError) and error.code == UNSUBSCRIBED:
                await self._texts.unsubscribe(head.restaurant_id, key)
            return _outcome(error)
        return Attempt(TAKEN)


def _outcome(error: TwilioError) -> Attempt | Dead:
    match error:
        case TwilioRefusedError() if error.passing or error.ours_to_mend:
            return Attempt(error.status, error.retry_after_s)
        case TwilioRefusedError():
            return Dead(f"Twilio refused it: {error.status}, error {error.code}")
        case TwilioUnreachableError():
            return Attempt("connect")
        case _:  # it may have been sent: the next attempt asks first
            return Attempt("timeout")


@asynccontextmanager
async def sms_carrier(
    settings: Settings, secret: str, store: SessionStore, restaurants: Sequence[Restaurant]
) -> AsyncIterator[SmsCarrier | None]:
    """The carrier for a delivery worker, for the length of a block; None where nobody sends texts, or no account is."""
    account = account_of(settings)
    if account is None or all(restaurant.sms is None for restaurant in restaurants):
        yield None
        return
    async with TwilioRest(account, pauses_s=()) as twilio:
        yield SmsCarrier(twilio, store, secret)
