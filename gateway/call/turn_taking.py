"""Whose turn it is: the caller's turns, what is said over the agent, interruptions, and silence.

Rules (design.md section 4): a turn committed while nothing plays is answered; one spoken over the agent waits for its
words and for the end of playback, then a mere sound of listening is forgotten and anything else is answered; a caller
who stays silent is asked `SILENCE_PROMPTS` times, then the call ends; one who asked to wait, or speaks through a relay
operator, is given `LONG_PAUSE` times as long.
"""

from datetime import datetime, timedelta

from gateway.call import prompts
from gateway.call.agenda import Agenda
from gateway.call.connection import ModelConnection
from gateway.call.desk import Desk
from gateway.call.effects import ClearPlayout, DeleteItem, TruncateItem
from gateway.call.farewell import Farewell
from gateway.call.floor import Floor
from gateway.call.replies import Replies
from gateway.call.state_machine import StateMachine
from gateway.call.states import State
from gateway.call.turns import Turns, asks_to_wait, is_backchannel, is_noise, is_relayed
from gateway.call.understanding import Understanding
from gateway.events import (
    AudioCommitted,
    CallerPaused,
    Interrupted,
    ListeningStarted,
    ModelChecked,
    PlaybackStarted,
    TranscriptionEvent,
    VADData,
    VADEvent,
)

SILENCE_PROMPTS = 3
"""How often a silent caller is asked before the call ends."""
LONG_PAUSE = 3
"""How many times as long a pause may last that was asked for, or that a relay operator needs for typing."""
PENDING_PATIENCE = 3.0
"""Seconds that a turn spoken over the agent waits for its words after playback has ended."""


class TurnTaking:
    """The exchange of turns of one call."""

    def __init__(
        self,
        agenda: Agenda,
        machine: StateMachine,
        floor: Floor,
        turns: Turns,
        desk: Desk,
        connection: ModelConnection,
        replies: Replies,
        farewell: Farewell,
        understanding: Understanding,
        *,
        server_creates_responses: bool,
    ) -> None:
        self._agenda = agenda
        self._machine = machine
        self._floor = floor
        self._turns = turns
        self._desk = desk
        self._connection = connection
        self._replies = replies
        self._farewell = farewell
        self._understanding = understanding
        self._server_creates = self._stream_creates = server_creates_responses
        self._unanswered: dict[str, bool] = {}
        """Turns that wait for their words, and whether they were spoken over the agent."""
        self._relayed = self._asked_to_wait = False
        self._prompts = 0
        self._heard_at: datetime | None = None

    def leg_started(self, *, textual: bool = False) -> None:
        """A new leg: the caller is there."""
        self._prompts = 0
        self._understanding.leg_started(textual=textual)
        self._server_creates = self._stream_creates and not textual

    def leg_ended(self) -> None:
        """Nobody is on the line."""
        self._floor.clear()
        self._unanswered.clear()

    def model_gone(self) -> None:
        """Nobody detects speech any more, and the items that wait for their words are gone."""
        self._floor.speaking = False
        self._unanswered.clear()
        self._agenda.timers.stop("words")

    # --- the caller ---

    def voice_detected(self, event: VADEvent) -> None:
        """The model's turn detection hears the caller begin or end."""
        self._heard_at = event.at
        self._floor.speaking = event.type == "vad.speech_start"

    def caller_paused(self, event: CallerPaused) -> None:
        """The caller has spoken, by the level of the line; a model that has not noticed may not be there any more."""
        since = event.at - timedelta(milliseconds=event.paused_ms)
        began = since - timedelta(milliseconds=event.spoke_ms)
        noticed = self._heard_at is not None and self._heard_at >= began
        if not self._floor.talking and (self._floor.speaking or not noticed):
            self._connection.check(since)

    def model_checked(self, event: ModelChecked) -> None:
        """A model that does not answer does not say either when the caller falls silent."""
        if not event.answers:
            self._floor.speaking = False

    def caller_acted(self) -> None:
        """The caller pressed a key or said something: they are there."""
        self._prompts = 0
        self._understanding.understood()
        self._farewell.caller_spoke()

    def committed(self, event: AudioCommitted) -> None:
        """The caller's turn is over: it is answered, unless it was spoken over the agent or may be mere noise."""
        self._floor.speaking = False
        self._turns.commit(event.item_id, event.at)
        self._desk.committed(event.item_id)
        if self._floor.playing:
            self._unanswered[event.item_id] = True
        elif self._understanding.in_doubt:
            self._unanswered[event.item_id] = False
            self.settle(event.at)
        elif self._server_creates:
            self._connection.expect_answer()
        else:
            self._connection.wish()

    def transcription(self, event: TranscriptionEvent) -> None:
        """The caller's words, or that they could not be understood."""
        if event.type == "transcription.partial":
            return
        data = event.data
        text = data.text if event.type == "transcription.complete" else ""
        if not is_noise(text):
            self._asked_to_wait = asks_to_wait(text)
            self._relayed = self._relayed or is_relayed(text)
            self.caller_acted()
        elif data.item_id is not None and self._was_to_be_answered(data.item_id):
            self._understanding.not_understood(event.at)
        if data.item_id is not None:
            if event.type != "transcription.complete":
                self._desk.not_transcribed(data.item_id)
            self._turns.heard_caller(data.item_id, event.at, text, data.confidence, data.language)
        self._replies.words_came(event.at)
        if not self._floor.playing:
            self.settle(event.at)

    def settle(self, at: datetime, *, overdue: bool = False) -> None:
        """Turns that wait for their words, once it is quiet: mere sounds are forgotten, words are answered.

        Args:
            at: now.
            overdue: what has no words by now is taken for a sound.
        """
        answer = False
        for item_id, over_agent in tuple(self._unanswered.items()):
            turn = self._turns.commit(item_id, at)
            if turn.text is None and not overdue:
                continue
            del self._unanswered[item_id]
            says_nothing = is_backchannel if over_agent else is_noise
            if not says_nothing(turn.text or ""):
                answer = True
                continue
            self._turns.remove(item_id)
            self._agenda.do(DeleteItem(item_id))
            if not over_agent:
                self._nothing_said(at, counted=turn.text is not None)
        if self._unanswered:
            self._agenda.timers.start("words", at, PENDING_PATIENCE)
        else:
            self._agenda.timers.stop("words")
        if answer and not self._server_creates:
            self._connection.wish()

    def _was_to_be_answered(self, item_id: str) -> bool:
        """Whether an item is a turn of the caller's without words so far, and no mere voice over the agent."""
        turn = self._turns.get(item_id)
        known = turn is not None and turn.speaker == "caller" and turn.text is None
        return known and not self._unanswered.get(item_id, False)

    def _nothing_said(self, at: datetime, *, counted: bool) -> None:
        """A turn was noise: it is as if nobody had spoken, so that nothing waits for an answer."""
        if not counted:
            self._understanding.not_understood(at)
        silent = VADData(audio_start_ms=0, confidence=0)
        self._agenda.tell(VADEvent(type="vad.silence", data=silent, **self._agenda.stamp(at)))

    # --- the agent ---

    def playback_started(self, event: PlaybackStarted) -> None:
        """The agent becomes audible."""
        self._floor.playing = True
        self._floor.item = event.item_id

    def playback_goes_on(self, at: datetime) -> None:
        """A model has come up while the caller still hears what the lost one had said."""
        if self._floor.playing:
            self._agenda.tell(PlaybackStarted(**self._agenda.stamp(at), item_id=self._floor.item))

    def playback_finished(self, at: datetime) -> None:
        """All that was said was heard: the caller's turn, but for the farewell, and a phrase that holds the line."""
        clip = self._floor.clip
        self._floor.playing = False
        if not clip:
            self._desk.played(at)
        if self._farewell.playback_finished(at, response_active=self._replies.active is not None, clip=clip):
            return
        self.settle(at)
        if self._floor.speaking:  # began while the agent spoke, too late to take the turn from it
            self._agenda.tell(ListeningStarted(**self._agenda.stamp(at)))

    def playback_stalled(self, at: datetime) -> None:
        """The model stopped in the middle of its speech: nobody is heard, and the rest of it is owed."""
        self._floor.playing = False
        self.settle(at)

    def interrupted(self, event: Interrupted) -> None:
        """The caller takes the turn: the agent falls silent, and the model forgets what was not heard.

        Over a phrase that holds the line they speak before the answer is there: it is still owed.
        """
        clip = self._floor.clip
        self._floor.playing = False
        self._agenda.do(ClearPlayout())
        if not clip:
            self._desk.cut(event.cut, event.at)
            self._replies.cancel()
        for heard in event.cut:
            self._turns.cut(heard, event.at)
            if heard.heard_ms > 0:
                self._agenda.do(TruncateItem(heard.item_id, heard.content_index, heard.heard_ms))
            else:
                self._agenda.do(DeleteItem(heard.item_id))
        self._unanswered.clear()  # the turn that goes on now is answered at its end, with all that was said before
        self._agenda.timers.stop("words")
        self._agenda.tell(ListeningStarted(**self._agenda.stamp(event.at)))
        self._farewell.interrupted(event.at)

    # --- silence ---

    def nothing_gathered(self, at: datetime) -> None:
        """A text-only turn had neither words nor keys in it."""
        silent = VADData(audio_start_ms=0, confidence=0)
        self._agenda.tell(VADEvent(type="vad.silence", data=silent, **self._agenda.stamp(at)))
        self.ask_silent_caller(at)

    def ask_silent_caller(self, at: datetime) -> None:
        """Nobody says anything: ask, and after some times say goodbye."""
        if self._farewell.closing or self._desk.submitting:
            return  # it is we who are silent
        self._prompts += 1
        if self._prompts > SILENCE_PROMPTS:
            self._farewell.begin(at, "the caller stayed silent", "goodbye", spoken=True, silent=True)
            self._connection.note(prompts.SILENT_GOODBYE_NOTE)
        else:
            self._connection.note(prompts.STILL_THERE_NOTE)
        self._connection.wish()

    @property
    def patience(self) -> int:
        """How many times the usual patience a silence may last."""
        return LONG_PAUSE if self._relayed or self._asked_to_wait else 1

    @property
    def relayed(self) -> bool:
        """Whether an operator speaks for the caller."""
        return self._relayed

    @property
    def listening_to_nobody(self) -> bool:
        """Whether the call listens though no voice is detected, as after an interruption by mere noise."""
        return self._machine.current_state is State.LISTENING and not self._floor.speaking
