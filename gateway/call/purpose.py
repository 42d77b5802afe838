"""Callers who want nothing: after many turns that lead nowhere they are asked once what they wish, then let go kindly.

Rules: a turn leads somewhere when it speaks of the menu, the hours, an order or a person, or when a tool does something
because of it; nobody is let go who has anything in the order or who needs time. Words that show no language of ours,
and those that a relay operator passes on, count half: they may be a foreign caller's, or a slow one's.
"""

from datetime import datetime

from gateway.call import prompts
from gateway.call.connection import ModelConnection
from gateway.call.desk import Desk
from gateway.call.farewell import Farewell
from gateway.call.replies import Replies
from gateway.call.turn_taking import TurnTaking
from gateway.call.turns import asks_to_wait, is_noise
from gateway.events import TranscriptionEvent
from gateway.orders.hearing.acts import spoken_language

ASKED_AFTER = 8.0
"""Turns in a row that lead nowhere, after which the caller is asked what they wish."""
LET_GO_AFTER = 14.0


class Purpose:
    """Counts the turns of one call that led nowhere."""

    def __init__(
        self,
        desk: Desk,
        connection: ModelConnection,
        replies: Replies,
        farewell: Farewell,
        turn_taking: TurnTaking,
    ) -> None:
        self._desk = desk
        self._connection = connection
        self._replies = replies
        self._farewell = farewell
        self._turn_taking = turn_taking
        self._aimless = 0.0
        self._let_go = False

    def served(self) -> None:
        """A tool did something for the caller, or the caller pressed a key."""
        self._aimless = 0.0
        self._let_go = False

    def heard(self, event: TranscriptionEvent) -> None:
        """The caller's words."""
        text = event.data.text
        if event.type != "transcription.complete" or is_noise(text) or asks_to_wait(text):
            return
        if self._desk.summary() is not None or self._desk.tools.understands(text):
            self.served()
            return
        ours = spoken_language(text) is not None and not self._turn_taking.relayed
        before, self._aimless = self._aimless, self._aimless + (1.0 if ours else 0.5)
        if before < ASKED_AFTER <= self._aimless:
            self._connection.note(prompts.AIMLESS_NOTE)
        self._let_go = self._aimless >= LET_GO_AFTER

    def agent_heard(self, at: datetime) -> None:
        """The agent's answer was heard to its end: the moment to let a caller go."""
        if not self._let_go or self._replies.active is not None or self._farewell.closing:
            return
        self._let_go = False  # who speaks into the goodbye has the word again, until the next turn that leads nowhere
        self._farewell.begin(at, "the caller wanted nothing", "goodbye", spoken=True)
        self._connection.note(prompts.AIMLESS_GOODBYE_NOTE)
        self._connection.wish()
