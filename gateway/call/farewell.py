"""How a conversation ends: the last words are made and heard, then the leg ends and the log says what follows.

Rules: a decision to end is carried out after the farewell was heard, or `FAREWELL_PATIENCE` seconds later; a phrase
that only holds the line is no farewell; the first decision about what follows a leg stands; a caller who speaks into a
goodbye has the word again.
"""

from dataclasses import dataclass
from datetime import datetime

from gateway.call.agenda import Agenda
from gateway.call.effects import EndLeg, NextStepName
from gateway.call.state_machine import StateMachine
from gateway.call.states import State
from gateway.events import Ended

FAREWELL_PATIENCE = 12.0
"""Seconds that a farewell may take to be made and heard before the leg ends anyway."""


CLIP_PATIENCE = 5.0
"""As `FAREWELL_PATIENCE`, for a prepared phrase: it is shorter than four seconds, and may wait for another's end."""


@dataclass(slots=True)
class Closing:
    """The conversation is about to end: what follows it, and whether the last words have been asked for."""

    reason: str
    next: NextStepName
    spoken: bool = False
    silent: bool = False
    clip: bool = False


class Farewell:
    """The end of one leg, decided by the caller, the model, or by what does not work."""

    def __init__(self, agenda: Agenda, machine: StateMachine) -> None:
        self._agenda = agenda
        self._machine = machine
        self._closing: Closing | None = None
        self._textual = False
        self.ended: Ended | None = None

    @property
    def closing(self) -> bool:
        """Whether the last words are being said."""
        return self._closing is not None

    def leg_started(self, *, textual: bool = False) -> None:
        """A new leg, `textual` without a media stream: whatever ended the one before is over."""
        self._closing = self.ended = None
        self._textual = textual

    def begin(
        self, at: datetime, reason: str, following: NextStepName, *, spoken: bool = False, silent: bool = False
    ) -> None:
        """End the conversation once the last words were heard.

        Args:
            at: now.
            reason: for the log, and for the whisper of a transfer.
            following: what `/twiml/next` is to answer.
            spoken: the last words are asked for already.
            silent: because the caller says nothing; a word of theirs calls it off.
        """
        if self._machine.current_state is State.DISCONNECTED:
            return  # there is nobody to hear last words
        self._closing = Closing(reason, following, spoken, silent)
        self._agenda.timers.start("closing", at, FAREWELL_PATIENCE)

    def begin_with_clip(self, at: datetime, reason: str, following: NextStepName) -> None:
        """End the conversation once a prepared phrase was heard: there is no model to say the last words."""
        self._closing = Closing(reason, following, spoken=True, clip=True)
        self._agenda.timers.start("closing", at, CLIP_PATIENCE)

    def response_finished(self, at: datetime, *, spoke: bool, playing: bool) -> bool:
        """A response is complete; True when the farewell is still to be asked for."""
        closing = self._closing
        assert closing is not None, "asked only while closing"
        if not (closing.spoken or spoke or playing):
            closing.spoken = True
            return True  # the tool came without words: let the model say its farewell
        closing.spoken = True
        if not playing:  # said and heard, or nothing more is said
            self.finish(at, closing.reason, closing.next)
        return False

    def playback_finished(self, at: datetime, *, response_active: bool, clip: bool = False) -> bool:
        """All that was said was heard; True when that was the farewell and the leg ends. `clip`: a prepared phrase."""
        closing = self._closing
        if closing is None or not closing.spoken or response_active or (clip and not closing.clip):
            return False
        self.finish(at, closing.reason, closing.next)
        return True

    def interrupted(self, at: datetime) -> None:
        """The caller spoke over the last words: a goodbye is called off, a transfer happens at once."""
        closing = self._closing
        if closing is None:
            return
        if closing.next == "goodbye":
            self.call_off_goodbye()
        elif closing.spoken:
            self.finish(at, closing.reason, closing.next)

    def call_off_goodbye(self) -> None:
        """Something must still be said; a transfer goes on."""
        if self._closing is not None and self._closing.next == "goodbye":
            self._call_off()

    def caller_spoke(self) -> None:
        """The caller is there after all."""
        if self._closing is not None and self._closing.silent:
            self._call_off()

    def overdue(self, at: datetime) -> None:
        """The farewell took too long."""
        if self._closing is None:  # another deadline that was due has ended it just now
            return
        self.finish(at, self._closing.reason, self._closing.next)

    def finish(self, at: datetime, reason: str, following: NextStepName) -> None:
        """End the leg now. The log carries what follows, for whoever answers `/twiml/next`."""
        self._call_off()
        if self._machine.current_state is State.DISCONNECTED:
            self._agenda.do(EndLeg(reason))  # the table has ended the call already; the stream is still open
        self._agenda.tell(Ended(**self._agenda.stamp(at), reason=reason, next=following))

    def give_up_model(self, at: datetime, reason: str) -> None:
        """The model is not to be had: the call goes on without it; without a stream there is only a person left."""
        self.finish(at, reason, "apologise" if self._textual else "text_only")

    def overrule(self, at: datetime, reason: str, following: NextStepName) -> None:
        """End the leg now; of one that has ended, change what follows. The restaurant's people have the last word."""
        if self._machine.current_state is State.DISCONNECTED:
            self.ended = Ended(**self._agenda.stamp(at), reason=reason, next=following)
            self._agenda.happened.append(self.ended)
        else:
            self.finish(at, reason, following)

    def take_ended(self, event: Ended, moved: bool) -> None:
        """The leg has ended by decision, ours or that of whoever told us."""
        if moved:
            self.ended = event
            self._agenda.do(EndLeg(event.reason))
        elif self.ended is None:
            self.ended = event

    def _call_off(self) -> None:
        self._closing = None
        self._agenda.timers.stop("closing")
