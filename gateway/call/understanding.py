"""How well the caller is understood: turns without words in a row, and what is done when they go on.

Rules: a caller is asked to say it again `MOST_REPEATS` times, no more; then the keypad is offered, with the key that
leads to a person; after `MOST_UNCLEAR` such turns the agent gives up kindly, with a person where there is one. In doubt
about the line a turn is answered only once it is known to have words: noise gets no more answers.
"""

from datetime import datetime

from gateway.call import prompts
from gateway.call.connection import ModelConnection
from gateway.call.effects import NextStepName
from gateway.call.farewell import Farewell
from gateway.call.staff_line import StaffLine

MOST_REPEATS = 2
MOST_UNCLEAR = 6


class Understanding:
    """Counts the turns of one call that could not be understood."""

    def __init__(self, staff_line: StaffLine, connection: ModelConnection, farewell: Farewell) -> None:
        self._staff_line = staff_line
        self._connection = connection
        self._farewell = farewell
        self._unclear = 0
        self.keys_offered = False
        """Whether the caller was asked to answer by keys: 1 for yes, 2 for no."""

    def leg_started(self, *, textual: bool) -> None:
        """A new leg: without a stream the caller is told at every turn which keys answer."""
        self.keys_offered = self.keys_offered or textual

    @property
    def in_doubt(self) -> bool:
        """Whether a turn must show that it has words before it is answered."""
        return self._unclear >= MOST_REPEATS

    @property
    def asked_enough(self) -> bool:
        """Whether the caller is not to be asked to say it again."""
        return self._unclear > MOST_REPEATS

    def understood(self) -> None:
        """The caller said something, or pressed a key."""
        self._unclear = 0

    def not_understood(self, at: datetime) -> None:
        """A turn of the caller had no words in it."""
        self._unclear += 1
        if self._farewell.closing:
            return
        person = self._staff_line.number(at) is not None
        if self._unclear == MOST_REPEATS + 1:
            self.keys_offered = True
            self._connection.note(prompts.keypad_note(person=person))
            self._connection.wish()
        elif self._unclear == MOST_UNCLEAR:
            reason = "the caller could not be understood"
            following: NextStepName = "transfer" if person else "goodbye"
            self._farewell.begin(at, reason, following, spoken=True, silent=not person)
            self._connection.note(prompts.giving_up_note(person=person))
            self._connection.wish()
