"""Listens for words of danger in what the caller says, whenever their transcript comes.

Rules: the model is told at once, or as soon as there is one, and what it is saying is broken off, so that the next
words are "hang up and dial"; the staff is alarmed once; a goodbye that was begun is called off, so that the words can
still be said.
"""

from gateway.call import prompts
from gateway.call.agenda import Agenda
from gateway.call.alerts import Alerts
from gateway.call.connection import ModelConnection
from gateway.call.effects import BreakOff
from gateway.call.farewell import Farewell
from gateway.call.floor import Floor
from gateway.call.replies import Replies
from gateway.events import TranscriptionEvent
from gateway.orders.hearing.emergency import is_emergency
from gateway.orders.restaurant import Restaurant


class EmergencyWatch:
    """The watch over one call."""

    def __init__(
        self,
        agenda: Agenda,
        floor: Floor,
        restaurant: Restaurant,
        connection: ModelConnection,
        replies: Replies,
        farewell: Farewell,
        alerts: Alerts,
    ) -> None:
        self._agenda = agenda
        self._floor = floor
        self._restaurant = restaurant
        self._connection = connection
        self._replies = replies
        self._farewell = farewell
        self._alerts = alerts
        self._breaks_off = False

    def heard(self, event: TranscriptionEvent) -> None:
        """The caller's words: is somebody in danger?"""
        if event.type != "transcription.complete" or not is_emergency(event.data.text):
            return
        self._alerts.raise_alert("emergency", "the caller speaks of an emergency")
        self._farewell.call_off_goodbye()
        self._replies.cancel()
        self._connection.note_surely(prompts.emergency_note(self._restaurant.emergency_number))
        self._connection.wish()
        if self._floor.playing:
            self._breaks_off = True
            self._agenda.do(BreakOff())

    def interrupted(self) -> None:
        """The line is silent. What was cut took the wish with it, if a response was still being made."""
        if self._breaks_off and self._replies.active is not None:
            self._connection.wish()
        self._breaks_off = False
