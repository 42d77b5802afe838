"""The keys of the caller's telephone: 0 leads to a person, everything else is told to the model.

Rules: a key is an answer to the read-back only once the caller was asked to answer by keys.
"""

from collections.abc import Mapping
from datetime import datetime

from gateway.call import prompts
from gateway.call.connection import ModelConnection
from gateway.call.desk import Desk
from gateway.call.farewell import Farewell
from gateway.call.staff_line import StaffLine
from gateway.call.turn_taking import TurnTaking
from gateway.call.understanding import Understanding
from gateway.events import KeyPressed
from gateway.orders.tooling.outcome import Assent

PERSON = "0"
ANSWERS: Mapping[str, Assent] = {"1": "yes", "2": "no"}


class Keypad:
    """The keys of one call."""

    def __init__(
        self,
        staff_line: StaffLine,
        desk: Desk,
        connection: ModelConnection,
        turn_taking: TurnTaking,
        understanding: Understanding,
        farewell: Farewell,
    ) -> None:
        self._staff_line = staff_line
        self._desk = desk
        self._connection = connection
        self._turn_taking = turn_taking
        self._understanding = understanding
        self._farewell = farewell

    def pressed(self, event: KeyPressed) -> None:
        """The caller pressed a key."""
        self._turn_taking.caller_acted()
        if event.digit == PERSON:
            self._wants_person(event.at)
            return
        meaning = ANSWERS.get(event.digit) if self._understanding.keys_offered else None
        if meaning is not None:
            self._desk.answered_by_key(meaning, event.at)
        self._connection.note(prompts.key_note(event.digit, meaning))
        self._connection.wish()

    def _wants_person(self, at: datetime) -> None:
        why = self._staff_line.why_nobody(at)
        if why is None:
            self._farewell.finish(at, "the caller pressed 0", "transfer")
            return
        self._connection.note_surely(prompts.nobody_note(why))  # the model may not be up yet
        self._connection.wish()
