"""The text-only mode's turns as TwiML: what Twilio has heard goes to the session, its answer becomes a document."""

import math
import re

from gateway.brain.hints import hints
from gateway.brain.text_turn import Input, TextAnswer
from gateway.logs import get_logger
from gateway.orders.restaurant import LOCALES, Restaurant
from gateway.security import e164
from gateway.text_session import CallMovedOnError, TextSessions, TurnRequest
from gateway.web.phrases import PHRASES, locale_of
from gateway.web.webhook_guard import Webhook
from twiml.gather import TIMEOUT_S, ask, begin_asking, last_words

log = get_logger(__name__)

MOST_WORDS = 2000
"""Characters of a `SpeechResult` that are looked at; a minute of speech has about a thousand."""
_KEYS = re.compile(r"[0-9*#]{1,32}", re.ASCII)


def given_input(hook: Webhook) -> Input:
    """What the caller said or pressed. Keys count before words; a `Confidence` that is no number was not told."""
    keys, words = hook.field("Digits") or "", " ".join((hook.field("SpeechResult") or "").split())
    try:
        confidence: float | None = float(hook.field("Confidence") or "")
    except ValueError:
        confidence = None
    if confidence is not None and not (math.isfinite(confidence) and 0 <= confidence <= 1):
        confidence = None
    return Input(keys if _KEYS.fullmatch(keys) else "", words[:MOST_WORDS], confidence)


class TextTurns:
    """Answers `/twiml/gather`.

    Args:
        public_url: where Twilio reaches us.
        sessions: takes the turns.
    """

    def __init__(self, public_url: str, sessions: TextSessions) -> None:
        self._public_url = public_url
        self._sessions = sessions

    @property
    def needed(self) -> bool:
        """Whether a new call is to begin with such turns."""
        return self._sessions.needed

    def begin(self, leg: int) -> str:
        """The document with which a call goes over to such turns."""
        return begin_asking(self._first_url(leg))

    def answer(self, restaurant: Restaurant, leg: int) -> str:
        """The first document of a call that begins with them."""
        locale = locale_of(restaurant)
        return begin_asking(self._first_url(leg), disclosure=restaurant.disclosure, language=locale)

    async def document(self, hook: Webhook, restaurant: Restaurant) -> str:
        """Take the turn that a webhook is about.

        Raises:
            WebhookRefused: the URL is not one of ours.
            StoreError: the store is away.
        """
        asked = hook.turn
        request = TurnRequest(
            restaurant=restaurant,
            call_id=hook.call_id,
            leg=asked.leg,
            turn=asked.turn,
            fence=asked.fence,
            given=given_input(hook),
            caller_number=e164(hook.field("From")),
        )
        try:
            taken = await self._sessions.take(request)
        except CallMovedOnError:
            log.info("call.turn_is_over", leg=asked.leg, turn=asked.turn)
            return last_words("", locale_of(restaurant), self._next_url(asked.leg))
        answer = taken.answer
        log.info("call.turn", leg=answer.leg, turn=asked.turn, over=answer.over, language=answer.language)
        if answer.over:
            return last_words(answer.text, LOCALES[answer.language], self._next_url(answer.leg))
        action = f"{self._public_url}/twiml/gather?leg={answer.leg}&turn={answer.turn}&fence={taken.fence}"
        return ask(
            _with_keys(answer, restaurant),
            LOCALES[answer.language],
            action,
            hints=hints(restaurant.menu, answer.language),
            barge_in=not answer.reads_back,
            timeout_s=TIMEOUT_S * answer.pause,
        )

    def _first_url(self, leg: int) -> str:
        return f"{self._public_url}/twiml/gather?leg={leg}&turn=0"

    def _next_url(self, leg: int) -> str:
        return f"{self._public_url}/twiml/next?leg={leg + 1}"


def _with_keys(answer: TextAnswer, restaurant: Restaurant) -> str:
    """The agent's words, and which keys answer: at the beginning and at the read-back."""
    phrases = PHRASES[answer.language]
    told = [answer.text or phrases.go_on]
    if answer.reads_back:
        told.append(phrases.confirm_by_key)
    if restaurant.transfer_to is not None and (answer.reads_back or answer.turn == 1):
        told.append(phrases.person_by_key)
    return " ".join(told)
