"""What happens when time passes: one deadline per call, whose reasons are known here.

Every live state has a patience (`states.PATIENCE`); each way in which it runs out leads nearer to Disconnected, so that
silence alone ends any call.
"""

from datetime import datetime

from gateway.call.agenda import Agenda
from gateway.call.call_length import TIMER as LENGTH
from gateway.call.call_length import CallLength
from gateway.call.connection import ARRIVED, ModelConnection
from gateway.call.dead_air import TIMER, DeadAir
from gateway.call.farewell import Farewell
from gateway.call.moves import Moves
from gateway.call.replies import Replies
from gateway.call.state_machine import StateMachine
from gateway.call.states import PATIENCE, State
from gateway.call.turn_taking import TurnTaking
from gateway.events import ConnectionFailed, ModelLost, PlaybackFinished, RecoveryFailed, VADData, VADEvent


class Deadlines:
    """The deadlines of one call."""

    def __init__(
        self,
        agenda: Agenda,
        machine: StateMachine,
        connection: ModelConnection,
        turn_taking: TurnTaking,
        replies: Replies,
        farewell: Farewell,
        moves: Moves,
        length: CallLength,
        dead_air: DeadAir,
    ) -> None:
        self._agenda = agenda
        self._machine = machine
        self._connection = connection
        self._turn_taking = turn_taking
        self._replies = replies
        self._farewell = farewell
        self._moves = moves
        self._length = length
        self._dead_air = dead_air

    def be_patient(self, at: datetime) -> None:
        """Something has happened: the state may last its patience from now."""
        state = State.READY if self._turn_taking.listening_to_nobody else self._machine.current_state
        silence = self._turn_taking.patience if state in (State.READY, State.IDLE) else 1
        self._agenda.timers.start("patience", at, PATIENCE[state] * silence)

    def timed_out(self, at: datetime) -> None:
        """Act on every deadline that has come."""
        for name in self._agenda.timers.take_due(at):
            if name == "confirm":
                self._replies.words_overdue(at)
            elif name == "retry":
                self._connection.wish()
            elif name == "words":
                self._turn_taking.settle(at, overdue=True)
            elif name == TIMER:
                self._dead_air.due(at)
            elif name == "closing":
                self._farewell.overdue(at)
            elif name == "submit":
                self._replies.submit_overdue(at)
            elif name == "quiet":
                self._moves.quiet(at)
            elif name == ARRIVED:
                self._connection.come_back()
            elif name == "move":
                self._moves.overdue(at)
            elif name == LENGTH:
                self._length.passed(at)
            else:
                self._patience_over(at)

    def _patience_over(self, at: datetime) -> None:
        stamp = self._agenda.stamp(at)
        self.be_patient(at)
        if self._agenda.timers.running("retry"):
            return  # it is the model that is silent, and its retry comes
        watched = self._agenda.timers.running(TIMER)
        match self._machine.current_state:
            case State.CONNECTING:
                self._agenda.tell(ConnectionFailed(**stamp))
            case State.CONNECTED | State.SESSION_SETUP:
                self._agenda.tell(ModelLost(**stamp))
            case State.READY | State.LISTENING:
                silent = VADData(audio_start_ms=0, confidence=0)
                self._agenda.tell(VADEvent(type="vad.silence", data=silent, **stamp))
                self._turn_taking.ask_silent_caller(at)
            case State.IDLE:
                self._turn_taking.ask_silent_caller(at)
            case State.AUDIO_PLAYBACK:
                self._agenda.tell(PlaybackFinished(**stamp))
            case State.ERROR | State.RECOVERING:
                self._agenda.tell(RecoveryFailed(**stamp))
            case _ if not watched:  # the model owes an answer that nothing else waits for
                self._replies.stalled(at)
            case _:
                pass
