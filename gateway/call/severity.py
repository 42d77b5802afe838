"""What the severity of an error means in a call (specification, "Error Severity Levels").

Low is in the log and the call goes on; medium, the caller is told; high comes as a lost connection or a failed
response, which carry the retry; critical, and high without a retry, ends the leg, unless another endpoint can serve.
"""

from gateway import errors
from gateway.call import prompts
from gateway.call.agenda import Agenda
from gateway.call.connection import ModelConnection
from gateway.call.farewell import Farewell
from gateway.call.replies import Replies
from gateway.call.state_machine import StateMachine
from gateway.call.states import TALKING
from gateway.call.understanding import Understanding
from gateway.events import ErrorEvent, ModelLost

NOTES = {
    errors.TRANSCRIPTION_FAILED.code: prompts.NOT_UNDERSTOOD_NOTE,
    errors.AUDIO_BUFFER_OVERFLOW.code: prompts.TOO_LONG_NOTE,
}


class SeverityRules:
    """Acts on the errors of one call."""

    def __init__(
        self,
        agenda: Agenda,
        machine: StateMachine,
        connection: ModelConnection,
        replies: Replies,
        farewell: Farewell,
        understanding: Understanding,
    ) -> None:
        self._agenda = agenda
        self._machine = machine
        self._connection = connection
        self._replies = replies
        self._farewell = farewell
        self._understanding = understanding
        self._told: set[str] = set()

    def response_started(self) -> None:
        """A new answer: what was told about the one before may be told again."""
        self._told.clear()

    def apply(self, event: ErrorEvent) -> None:
        """Do what the severity asks for."""
        error = event.error
        if error.severity == "critical" or (error.severity == "high" and not error.retry):
            self._end(event)
        elif error.severity == "medium" and self._machine.current_state in TALKING and error.code not in self._told:
            self._told.add(error.code)  # an overflow comes once per piece of audio and is told once per answer
            self._tell_caller(event)

    def _end(self, event: ErrorEvent) -> None:
        """The leg cannot go on like this: with another endpoint, without the voice model, or not at all."""
        code = event.error.code
        if code == errors.API_KEY_INVALID.code and self._connection.up and self._connection.spare:
            self._agenda.tell(ModelLost(**self._agenda.stamp(event.at), code=code))
        else:
            self._farewell.give_up_model(event.at, code)

    def _tell_caller(self, event: ErrorEvent) -> None:
        if event.error.code == errors.TTS_FAILED.code:
            if not self._farewell.closing:  # there the next words, or none, end the call
                self._replies.retry_later(errors.TTS_FAILED, event.at)
            return
        if event.error.code == errors.TRANSCRIPTION_FAILED.code and self._understanding.asked_enough:
            return  # something else was offered already
        if (note := NOTES.get(event.error.code)) is not None:
            self._connection.note(note)
        self._connection.wish()
