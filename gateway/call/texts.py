"""Text messages about the order: whether the caller agreed to them, in which words, and what is to be sent.

Rules: nothing is sent without words of the caller that agree, as they stand in the log, and a "no" in them overrules
the model; what is to be kept or sent is asked for until the log shows that it was, in whatever leg; a text is for an
order that is placed, and each order has one confirmation, however often it is asked for.
"""

from dataclasses import dataclass

from gateway.call.agenda import Agenda
from gateway.call.connection import ModelConnection
from gateway.call.desk import NO_TEXTS, Desk
from gateway.call.effects import KeepConsent, TextOrder
from gateway.call.turns import Turns
from gateway.events import CallStarted, TextAgreed, TextQueued, ToolCalled
from gateway.orders.order import OrderState
from gateway.orders.restaurant import Restaurant
from gateway.orders.tooling.outcome import AgreeToText

WITHHELD = "The caller's number is withheld, so no text message can be sent."
UNSUBSCRIBED = "This number has asked to get no text messages."
SAID_NO_NOTE = "The caller's words do not agree to a text message, so none is sent. Do not ask again."
NOT_HEARD_NOTE = (
    "What the caller answered about the text message could not be understood, so none is sent. Ask once more if there "
    "is time."
)
_STORED = frozenset({OrderState.SUBMITTED, OrderState.ACCEPTED})


def why_no_text(restaurant: Restaurant, started: CallStarted) -> str | None:
    """Why the caller cannot get text messages, in words for the model; None: they can."""
    if restaurant.sms is None:
        return NO_TEXTS
    if started.caller_key is None:
        return WITHHELD
    return UNSUBSCRIBED if started.unsubscribed else None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An answer whose words are still on their way."""

    tool_call_id: str
    item_id: str
    action: AgreeToText


class Texts:
    """The text messages of one call."""

    def __init__(self, agenda: Agenda, desk: Desk, turns: Turns, connection: ModelConnection) -> None:
        self._agenda = agenda
        self._desk = desk
        self._turns = turns
        self._connection = connection
        self._waiting: _Waiting | None = None
        self._asked_to_keep: KeepConsent | None = None
        self._asked_for: str | None = None
        self._queued: set[str] = set()
        self.consent: TextAgreed | None = None
        """What the caller answered last, as the log has it."""

    @property
    def owed(self) -> TextOrder | None:
        """The text that is to be sent and, as far as the log goes, was not; None: there is none."""
        order, consent = self._desk.order, self.consent
        if order is None or consent is None or not consent.agreed or order.id in self._queued:
            return None
        return TextOrder(order, consent.language) if order.state in _STORED else None

    def leg_started(self) -> None:
        """What an earlier leg asked for and the log does not show is asked for again."""
        self._waiting = self._asked_for = None
        if self._asked_to_keep is not None:
            self._agenda.do(self._asked_to_keep)
        self.look()

    def answered(self, event: ToolCalled, action: AgreeToText) -> None:
        """The model says what the caller answered: what counts is what they said."""
        turn = self._turns.last_of_caller()
        if turn is None:
            self._connection.note(NOT_HEARD_NOTE)
            return
        self._waiting = _Waiting(event.tool_call_id, turn.item_id, action)
        self.words_came()

    def words_came(self) -> None:
        """Some words of the caller are there: an answer may have waited for them."""
        waiting = self._waiting
        turn = None if waiting is None else self._turns.get(waiting.item_id)
        if waiting is None or turn is None or turn.text is None:
            return
        self._waiting = None
        words, action = turn.text.strip(), waiting.action
        if action.agreed and not words:
            self._connection.note(NOT_HEARD_NOTE)
            return
        agreed = action.agreed and self._desk.tools.assent(words, turn.language) != "no"
        if agreed != action.agreed:
            self._connection.note(SAID_NO_NOTE)
        effect = KeepConsent(waiting.tool_call_id, waiting.item_id, words, action.language, agreed=agreed)
        self._asked_to_keep = effect
        self._agenda.do(effect)

    def agreed(self, event: TextAgreed) -> None:
        """The answer is in the log."""
        self.consent, self._asked_to_keep = event, None
        self.look()

    def queued(self, event: TextQueued) -> None:
        """A text is on its way, whoever sent it there."""
        self._queued.add(event.order_id)

    def look(self) -> None:
        """Ask for the text that is due, once in a leg."""
        owed = self.owed
        if owed is not None and owed.order.id != self._asked_for:
            self._asked_for = owed.order.id
            self._agenda.do(owed)
