"""Who is let in: the limits of a restaurant and of a caller, and blocked numbers, asked of the store in one step.

Rules kept here: what is too much for the restaurant rings at the restaurant; what is too much of one caller, and
whoever is blocked, hears a fixed sentence and rings nowhere; the reason is counted and logged, never the number.
"""

from datetime import datetime
from typing import Literal

from gateway.call.machine import Call
from gateway.orders.restaurant import Restaurant
from gateway.store import Admission as Answer
from gateway.store import AdmissionLimits, SessionStore
from gateway.web.phrases import PHRASES, locale_of
from twiml.message import message

Declined = Literal["blocked", "hang_ups", "caller_calls", "caller_often", "withheld_calls"]


class Admission:
    """Asks for places and gives them back. All methods raise `StoreError` when the store is away."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store

    async def ask(self, restaurant: Restaurant, call_id: str, caller_key: str | None, now: datetime) -> Answer:
        """A place for a call that rings; a call that asks again has its place already."""
        limits = AdmissionLimits(
            calls=restaurant.max_calls,
            of_caller=restaurant.max_calls_of_caller,
            of_caller_hourly=restaurant.max_calls_of_caller_hourly,
            withheld=restaurant.max_withheld_calls,
            hang_ups=restaurant.max_hang_ups,
        )
        return await self._store.admission.admit(restaurant.id, call_id, caller_key, limits, now)

    async def over(self, call: Call, caller_key: str | None, now: datetime) -> None:
        """A call is over: its place is free, and one without a word is remembered.

        Args:
            call: folded from its log.
            caller_key: of the caller's number.
            now: aware UTC.
        """
        await self._store.admission.leave(call.restaurant.id, call.call_id, caller_key)
        if caller_key is not None and hung_up_silently(call):
            await self._store.admission.hung_up_silently(call.restaurant.id, call.call_id, caller_key, now)


def hung_up_silently(call: Call) -> bool:
    """Whether the caller listened to the agent and hung up without a word, a key or a person.

    A caller who never heard the agent has a reason to hang up that is ours.
    """
    speakers = {turn.speaker for turn in call.turns}
    return call.hung_up and speakers == {"agent"} and call.ended is None


def declined(restaurant: Restaurant, reason: Declined) -> str:
    """The document for a caller who is not served: one sentence that never changes, and goodbye."""
    phrases = PHRASES[restaurant.languages[0]]
    text = phrases.declined if reason == "blocked" else phrases.called_often
    return message(text, locale_of(restaurant))
