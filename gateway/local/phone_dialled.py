"""The other end of a dialled leg: who answers, what the Number's document says to them, and which keys they press.

Rules: the document runs before the two are joined, and the caller hears it ring meanwhile; one that runs to its end
joins them, a Hangup in it, or a document that cannot be had, ends the leg; it may not dial again, nor connect a stream
(https://www.twilio.com/docs/voice/twiml/number, "url").
"""

import asyncio
from collections.abc import Mapping
from typing import Final, assert_never

from gateway.audio import g711
from gateway.local.phone_exchange import DOCUMENT_LIMIT, Exchange
from gateway.local.phone_record import DialledLeg
from gateway.local.phone_setup import DialOutcome, PhoneSetup
from gateway.local.phone_twiml import SCHEMA_WARNING, Document
from gateway.local.phone_verbs import Connect, Dial, Gather, Hangup, Method, Number, Pause, Play, Redirect, Reject, Say
from gateway.local.phone_webhook import WebhookFailed

_KEYS: Final[Mapping[str, str]] = {"accept": "1", "refuse": "2"}
_HAND_S: Final = 0.1
"""From the end of the prompt to the key."""


class DialledEnd:
    """A telephone that was rung and is answered. Arguments: the caller's telephone and exchange, the leg's record."""

    def __init__(self, setup: PhoneSetup, exchange: Exchange, leg: DialledLeg, outcome: DialOutcome) -> None:
        self._setup = setup
        self._exchange = exchange
        self._leg = leg
        self._by = outcome.answered_by

    async def meets(self, number: Number) -> bool:
        """Lets whoever answers hear the number's document, if it has one; True when they and the caller are joined."""
        self._leg.joined = not number.url or await self._follow(number)
        return self._leg.joined

    async def _follow(self, number: Number) -> bool:
        try:
            following: Document | None = await self._ask(number.url, number.method)
            if self._by == "hang_up":
                return False
            for _ in range(DOCUMENT_LIMIT):
                if following is None:
                    return True
                following, over = await self._carry_out(following)
                if over:
                    return False
        except WebhookFailed as error:
            self._exchange.notice(error.code, str(error))
            return False
        self._exchange.violation(11200, f"more than {DOCUMENT_LIMIT} documents on a dialled leg: a loop")
        return False

    async def _carry_out(self, document: Document) -> tuple[Document | None, bool]:
        """Runs the verbs; the document that replaces this one, and whether the leg is over."""
        for verb in document.verbs:
            match verb:
                case Say() | Play() | Pause():
                    await self._prompt(verb)
                case Gather():
                    if (following := await self._gather(verb)) is not None:
                        return following, False
                case Redirect():
                    return await self._ask(verb.url, verb.method), False
                case Hangup() | Reject():
                    return None, True
                case Connect() | Dial():
                    name = type(verb).__name__
                    self._exchange.violation(SCHEMA_WARNING, f"{document.url}: {name} on a dialled leg")
                case _:
                    assert_never(verb)
        return None, False

    async def _prompt(self, verb: Say | Play | Pause) -> None:
        if isinstance(verb, Pause):
            await asyncio.sleep(verb.length)
        elif isinstance(verb, Say):
            self._leg.heard.append(verb.text)
            sound = await asyncio.to_thread(self._setup.say_voice, verb.text)
            await asyncio.sleep(len(sound) / g711.RATE)
        else:
            await self._exchange.sound(verb.url)

    async def _gather(self, verb: Gather) -> Document | None:
        """Hears the prompts and presses a key, or lets the time pass: then the next verb runs."""
        for prompt in verb.prompts:
            await self._prompt(prompt)
        key = _KEYS.get(self._by, "")
        if not key:
            await asyncio.sleep(verb.timeout)
            return await self._ask(verb.action, verb.method, "") if verb.action_on_empty_result else None
        await asyncio.sleep(_HAND_S)
        self._leg.pressed += key
        return await self._ask(verb.action, verb.method, key)

    async def _ask(self, url: str, method: Method, digits: str | None = None) -> Document:
        extra = {"CallStatus": "in-progress"} | ({} if digits is None else {"Digits": digits})
        return await self._exchange.leg_document(url, method, self._leg, extra)
