"""What is done when the POS does not take an order: the store is rung and hears it, or gets it as a text message.

Rules kept here: a message is told once by each way, however often its alarm is raised, and again only where it may not
have gone through; one way that fails does not keep the other back; a store that is away does not keep an alarm back.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from gateway.orders.restaurant import LOCALES, Restaurant
from gateway.pos.alarm import Alarm, AlarmNotToldError
from gateway.pos.alarm_words import alarm_text, alarm_words
from gateway.settings import Settings
from gateway.store import SessionStore, StoreError
from gateway.twilio.rest import TwilioRest, account_of
from gateway.twilio.rest_answers import TwilioError, TwilioRefusedError
from twiml.alarm import alarm as alarm_document

TOLD_S = int(timedelta(days=2).total_seconds())
"""How long it is known that an order was told: longer than a delivery is tried."""

log = structlog.get_logger(__name__)


class AlarmActions:
    """Tells the stores of their undelivered orders: `await actions(alarm)`."""

    def __init__(self, twilio: TwilioRest, store: SessionStore, restaurants: Sequence[Restaurant]) -> None:
        self._twilio = twilio
        self._store = store
        self._restaurants: Mapping[str, Restaurant] = {restaurant.id: restaurant for restaurant in restaurants}

    async def __call__(self, alarm: Alarm) -> None:
        """Tell a store of an order, by the ways that its settings name.

        Raises:
            AlarmNotToldError: Twilio did not take one of them, and may take it later.
        """
        restaurant = self._restaurants.get(alarm.restaurant_id)
        if restaurant is None or restaurant.alarm is None:
            return
        missed = False
        if restaurant.alarm.call is not None:
            act = self._ring(alarm, restaurant, restaurant.alarm.call)
            missed = not await self._once(alarm, "call", act)
        if restaurant.alarm.sms is not None:
            act = self._write(alarm, restaurant, restaurant.alarm.sms)
            missed |= not await self._once(alarm, "sms", act)
        if missed:
            raise AlarmNotToldError("Twilio does not take it now")

    def _ring(self, alarm: Alarm, restaurant: Restaurant, number: str) -> Callable[[], Awaitable[str]]:
        language = restaurant.languages[0]
        words = alarm_words(alarm.payload, alarm.order_id, restaurant.name, language, spoken=True)
        document = alarm_document(words.sentences, words.more, LOCALES[language])
        return lambda: self._twilio.ring(number, restaurant.numbers[0], document, harmless=True)

    def _write(self, alarm: Alarm, restaurant: Restaurant, number: str) -> Callable[[], Awaitable[str]]:
        words = alarm_words(alarm.payload, alarm.order_id, restaurant.name, restaurant.languages[0], spoken=False)
        sender = restaurant.numbers[0] if restaurant.sms is None else restaurant.sms.sender
        return lambda: self._twilio.send_message(number, sender, alarm_text(words))

    async def _once(self, alarm: Alarm, way: str, act: Callable[[], Awaitable[str]]) -> bool:
        """Whether a way is done with: it was told, or never can be. Told twice is better than not at all."""
        bound = log.bind(restaurant=alarm.restaurant_id, order_id=alarm.order_id, way=way)
        key = f"alarm:{way}:{alarm.delivery_id}"
        try:
            if await self._store.answered_before(alarm.restaurant_id, key) is not None:
                return True
        except StoreError as error:
            bound.warning("alarm_action.store_away", reason=type(error).__name__)
        try:
            sid = await act()
        except TwilioError as error:
            code = error.code if isinstance(error, TwilioRefusedError) else None
            bound.error("alarm_action.failed", reason=str(error), code=code)
            return isinstance(error, TwilioRefusedError) and not (error.passing or error.ours_to_mend)
        bound.warning("alarm_action.done", sid=sid)
        try:
            await self._store.once(alarm.restaurant_id, key, sid, TOLD_S)
        except StoreError as error:
            bound.warning("alarm_action.store_away", reason=type(error).__name__)
        return True


@asynccontextmanager
async def alarm_actions(
    settings: Settings, store: SessionStore, restaurants: Sequence[Restaurant]
) -> AsyncIterator[AlarmActions | None]:
    """The actions for a delivery worker, for the length of a block; None where no restaurant has any, or no account."""
    account = account_of(settings)
    if account is None or all(restaurant.alarm is None for restaurant in restaurants):
        yield None
        return
    async with TwilioRest(account) as twilio:
        yield AlarmActions(twilio, store, restaurants)
