"""What people at the restaurant do with a call while it is on: give the agent a hint, take the call over, end it.

Rules: a command is taken once, in whatever leg it comes; to take over and to end overrule whatever was to follow; a
hint is something to know, told to every model of the call, and changes none of its rules.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from gateway.call.connection import ModelConnection
from gateway.call.farewell import Farewell
from gateway.events import StaffActed, StaffAction, milliseconds
from gateway.orders.restaurant import Restaurant
from gateway.redaction import redact

MAX_HINT = 300
"""Characters."""
MAX_NAME = 60
TAKEN_OVER = "a colleague wants to take the call"
ENDED = "a colleague ended the call"


@dataclass(frozen=True, slots=True)
class StaffCommand:
    """What a colleague wants done with a call, as it lies in the store until somebody takes it. `id` is the store's."""

    id: str
    call_id: str
    action: StaffAction
    text: str = ""
    who: str = ""


def staff_acted(command: StaffCommand, at: datetime) -> StaffActed:
    """The event that tells a call of a command, from `at` (aware UTC) on. What was typed is cleaned first."""
    return StaffActed(
        session_id=command.call_id,
        timestamp=milliseconds(at),
        command_id=command.id,
        action=command.action,
        text=redact(one_line(command.text, MAX_HINT)),
        who=one_line(command.who, MAX_NAME),
    )


def one_line(text: str, most: int) -> str:
    """A text that a person typed, in one line of at most `most` characters, without any that cannot be seen."""
    seen = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(seen.split())[:most].rstrip()


class Staff:
    """The people who act on one call.

    Attributes:
        taken: the commands that were taken, by the store's ids.
        ended: one of them ended the call.
    """

    def __init__(self, restaurant: Restaurant, connection: ModelConnection, farewell: Farewell) -> None:
        self._restaurant = restaurant
        self._connection = connection
        self._farewell = farewell
        self.taken: set[str] = set()
        self.ended = False

    def acted(self, event: StaffActed) -> None:
        """Do what a colleague wants, once."""
        if event.command_id in self.taken:
            return
        self.taken.add(event.command_id)
        match event.action:
            case "hint":
                if event.text:
                    self._connection.hint(event.text)
            case "take_over":
                if self._restaurant.transfer_to is not None:
                    self._farewell.overrule(event.at, TAKEN_OVER, "transfer")
            case "end":
                self.ended = True
                self._farewell.overrule(event.at, ENDED, "goodbye")
            case _:
                assert_never(event.action)
