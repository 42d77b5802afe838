"""The documents that follow from a decision, with the addresses and tokens that lead back to us."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import assert_never

from gateway.call.next_step import Apologise, Goodbye, NextStep, Reconnect, TextOnly, Transfer
from gateway.orders.restaurant import Restaurant
from gateway.security import StreamToken, e164, mint_stream_token
from gateway.settings import Settings
from gateway.web.phrases import PHRASES, locale_of
from gateway.web.text_turns import TextTurns
from gateway.web.webhook_guard import Webhook
from gateway.web.whisper import screen
from twiml.answer import answer
from twiml.document import Stream
from twiml.goodbye import goodbye
from twiml.message import message
from twiml.resume import resume
from twiml.transfer import transfer, transfer_or_apology

TOKEN_LIFE = timedelta(minutes=5)
"""From the answer to the handshake: the disclosure is said in between. A used token is remembered for longer."""


class Documents:
    """Writes the documents of all calls.

    Args:
        settings: gives the public URL.
        secret: key of stream tokens.
        turns: asks callers without a media stream.
        now: the clock, aware UTC.
    """

    def __init__(self, settings: Settings, secret: str, turns: TextTurns, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._secret = secret
        self._turns = turns
        self._now = now

    def beginning(self, hook: Webhook, leg: int, at: Restaurant) -> str:
        """The disclosure, then the media stream, or text-only turns where the voice model is known to be away."""
        if self._turns.needed:
            return self._turns.answer(at, leg)
        return answer(at.disclosure, locale_of(at), self._stream_of(hook, leg, at), self._next_url(leg + 1))

    def following(self, step: NextStep, hook: Webhook, leg: int, at: Restaurant) -> str:
        """What Twilio is to do next; `leg` is the one to come, as the request names it."""
        phrases, locale = PHRASES[at.languages[0]], locale_of(at)
        match step:
            case Reconnect(leg=new_leg):
                return resume(self._stream_of(hook, new_leg, at), self._next_url(new_leg + 1))
            case TextOnly(leg=new_leg):
                return self._turns.begin(new_leg)
            case Transfer(number=number):
                # The same leg is still to come; Twilio's DialCallStatus tells this request from the first.
                whispered = screen(self._settings, at, hook.call_id, leg)
                return transfer(number, phrases.transfer, locale, self._next_url(leg), whispered)
            case Goodbye(said=said):
                return goodbye("" if said else phrases.goodbye, locale)
            case Apologise(number=number):
                if number is None:
                    return message(phrases.apology, locale)
                return transfer_or_apology(number, phrases.transfer, phrases.after_person, locale)
            case _:
                assert_never(step)

    def _stream_of(self, hook: Webhook, leg: int, restaurant: Restaurant) -> Stream:
        token = StreamToken(hook.call_id, leg, restaurant.id, self._now() + TOKEN_LIFE, secrets.token_urlsafe(12))
        callback = f"{self._settings.public_url}/twilio/stream"
        caller = e164(hook.field("From"))
        return Stream(self._settings.media_url, callback, mint_stream_token(self._secret, token), caller)

    def _next_url(self, leg: int) -> str:
        return f"{self._settings.public_url}/twiml/next?leg={leg}"
