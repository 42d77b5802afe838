"""A local Realtime session without its socket: client events and time in, server events and commands out. Pure.

The shell calls `start` once, then `receive` for every client message, `heard` or `spoken` when a recogniser or a voice
has answered a command (`not_heard`, `not_spoken` if it failed), and `advance` at `next_deadline`. Each returns outputs
in the order in which they must be carried out: bytes are events for the wire, records are commands.

A refused event changes nothing and leaves the session open. Times are seconds of one monotonic clock unless a name says
otherwise.
"""

from collections import deque
from typing import assert_never

from gateway.brain.mind import Mind
from gateway.local import client_events as client
from gateway.local import realtime_events as events
from gateway.local.client_events import ClientEvent, RefusedError
from gateway.local.faults import ResponseFault
from gateway.local.realtime_config import SessionConfig, updated
from gateway.local.realtime_hearing import Hearing
from gateway.local.realtime_items import Conversation, Message, new_item
from gateway.local.realtime_outbox import Close, Outbox, Output
from gateway.local.realtime_responses import Responses
from gateway.local.realtime_schema import JsonObject, ResponseWish
from gateway.local.realtime_speech import Speech


class RealtimeSession:
    """One session.

    Args:
        model: The model of the URL.
        mind: Decides what is said.
        token: Makes the ids of this session differ from those of others; at most 12 characters.
        opened: Now.
        opened_unix: Now, in Unix seconds, for `expires_at`.
        longest_s: After this time the session ends with close 1001, as the service's do after 60 minutes.
        speed: How many times faster than real time audio is sent.
        hears: The sound of turns is wanted; without, there are no `HearMore` commands.
        response_faults: What happens to the next responses; each takes the first one off.

    Attributes:
        config: What is in force.
        conversation: The items.
    """

    def __init__(
        self,
        model: str,
        mind: Mind,
        *,
        token: str,
        opened: float,
        opened_unix: int,
        longest_s: float = 3600,
        speed: float = 5.0,
        hears: bool = True,
        response_faults: deque[ResponseFault] | None = None,
    ) -> None:
        self.config = SessionConfig(model=model)
        self.conversation = Conversation()
        self._outbox = Outbox(token)
        faults = deque[ResponseFault]() if response_faults is None else response_faults
        self._responses = Responses(mind, self.conversation, self._outbox, speed=speed, faults=faults)
        self._hearing = Hearing(
            self.config,
            self.conversation,
            self._outbox,
            lambda: mind.expects(self._responses.prompt(self.config)),
            hears=hears,
        )
        self._expires = opened + longest_s
        self._expires_unix = opened_unix + int(longest_s)
        self._over = False

    # --- what the shell calls ------------------------------------------------------------------------------------

    def start(self) -> list[Output]:
        """The first event: `session.created` with the defaults, server_vad among them."""
        self._outbox.send(events.session("session.created", self._echo()))
        return self._outbox.drain()

    def refuse(self, code: str, message: str, close_code: int) -> list[Output]:
        """Ends a session that must not begin: an `error` event and a close, as the service does after the upgrade."""
        self._fail(code, message, close_code, f"invalid_request_error.{code}")
        return self._outbox.drain()

    def fail(self, code: str, message: str, close_code: int | None = None) -> list[Output]:
        """An `error` event that nothing of the client's has caused; with a close code the session ends."""
        if close_code is None:
            self._outbox.send(events.error(code, message, param=None, event_id=None, kind="server_error"))
        else:
            self._fail(code, message, close_code, message)
        return self._outbox.drain()

    def receive(self, raw: bytes, now: float) -> list[Output]:
        """Takes one client message, JSON in UTF-8."""
        event_id = None
        try:
            event = client.decode(raw)
            event_id = event.event_id
            self._handle(event, now)
        except RefusedError as refused:
            self._outbox.send(
                events.error(
                    refused.code,
                    refused.message,
                    param=refused.param,
                    event_id=refused.event_id or event_id,
                    kind="invalid_request_error",
                )
            )
        return self._outbox.drain()

    def heard(self, item_id: str, text: str, confidence: float, now: float) -> list[Output]:
        """Takes the words of a turn; `confidence` from 0 to 1, 0 if unknown."""
        self._hearing.heard(item_id, text, confidence)
        return self._advanced(now)

    def not_heard(self, item_id: str, reason: str, now: float) -> list[Output]:
        """The recogniser failed; the conversation goes on with an empty turn."""
        self._hearing.not_heard(item_id, reason)
        return self._advanced(now)

    def spoken(self, response_id: str, speech: Speech, now: float) -> list[Output]:
        """Takes the speech of a `Speak`."""
        self._responses.spoken(response_id, speech, now)
        return self._advanced(now)

    def not_spoken(self, response_id: str, reason: str) -> list[Output]:
        """The voice failed: so does the response."""
        self._responses.not_spoken(response_id, reason)
        return self._outbox.drain()

    def next_deadline(self) -> float:
        """When `advance` must be called. It changes only in calls that return outputs."""
        times = (self._expires, self._responses.due, self._idle_at)
        return min(time for time in times if time is not None)

    def advance(self, now: float) -> list[Output]:
        """Carries out what is due."""
        self._responses.advance(now, self._hearing.awaits_words)
        turns = self.config.turns
        idle_at = self._idle_at
        if turns is not None and idle_at is not None and now >= idle_at:
            self._hearing.commit_silence(turns.idle_timeout_ms or 0)
            self._create_response(ResponseWish(), now)
        if now >= self._expires and not self._over:
            reason = "Your session hit the maximum duration of 60 minutes."
            self._fail("session_expired", reason, 1001, reason)
        return self._outbox.drain()

    def delay_first_audio(self, seconds: float) -> None:
        """A fault: the first audio of every later response comes so much later."""
        self._responses.first_audio_delay_s = seconds

    # --- client events -------------------------------------------------------------------------------------------

    def _handle(self, event: ClientEvent, now: float) -> None:
        match event:
            case client.AudioAppend():  # first: fifty a second
                self._append(event.audio, now)
            case client.SessionUpdate():
                self.config = updated(self.config, event.session, self._responses.has_spoken)
                self._hearing.configure(self.config)
                self._outbox.send(events.session("session.updated", self._echo()))
            case client.AudioCommit():
                self._hearing.commit()
            case client.AudioClear():
                self._hearing.clear()
            case client.ItemCreate():
                item = new_item(event.item, self._outbox.new_id("item"))
                self.conversation.add(item, event.previous_item_id)
                previous = self.conversation.previous_id(item.id)
                self._outbox.send(events.item_added(item.body(), previous), events.item_done(item.body(), previous))
            case client.ItemRetrieve():
                self._outbox.send(events.item_retrieved(self.conversation.find(event.item_id, "retrieve").body()))
            case client.ItemDelete():
                self.conversation.delete(event.item_id)
                self._outbox.send(events.item_deleted(event.item_id))
                # A response may have waited for the words of just this turn.
                self._responses.advance(now, self._hearing.awaits_words)
            case client.ItemTruncate():
                self._truncate(event)
            case client.ResponseCreate():
                self._create_response(event.response, now)
            case client.ResponseCancel():
                self._responses.cancel(event.response_id)
            case client.OutputClear():
                raise RefusedError("invalid_value", "output_audio_buffer.clear is for WebRTC and SIP only.", "type")
            case _:
                assert_never(event)

    def _append(self, audio: bytes, now: float) -> None:
        for edge in self._hearing.append(audio):
            turns = self.config.turns
            if edge == "began":
                self._responses.silent_from = None
                if turns is not None and turns.interrupt_response:
                    self._responses.interrupt()
            elif turns is not None and turns.create_response and not self._responses.active:
                self._create_response(ResponseWish(), now)

    def _truncate(self, event: client.ItemTruncate) -> None:
        item = self.conversation.find(event.item_id, "truncate")
        if not isinstance(item, Message):
            raise RefusedError("unsupported_content_type", "Only model output audio messages can be truncated")
        if event.content_index != 0:
            raise RefusedError("invalid_value", "The item has one content part, of the index 0.", "content_index")
        if event.audio_end_ms < 0:
            raise RefusedError("invalid_value", "'audio_end_ms' must not be negative.", "audio_end_ms")
        item.truncate(event.audio_end_ms)
        self._outbox.send(events.item_truncated(item.id, event.audio_end_ms))

    def _create_response(self, wish: ResponseWish, now: float) -> None:
        self._responses.create(wish, self.config)
        self._responses.advance(now, self._hearing.awaits_words)

    # --- small things --------------------------------------------------------------------------------------------

    @property
    def _idle_at(self) -> float | None:
        turns = self.config.turns
        silent_from = self._responses.silent_from
        if turns is None or turns.idle_timeout_ms is None or silent_from is None or self._hearing.speaking:
            return None
        return silent_from + turns.idle_timeout_ms / 1000

    def _advanced(self, now: float) -> list[Output]:
        self._responses.advance(now, self._hearing.awaits_words)
        return self._outbox.drain()

    def _fail(self, code: str, message: str, close_code: int, reason: str) -> None:
        self._outbox.send(events.error(code, message, param=None, event_id=None, kind="invalid_request_error"))
        self._outbox.command(Close(close_code, reason))
        self._over = True

    def _echo(self) -> JsonObject:
        return self.config.echo(f"sess_{self._outbox.token}", self._expires_unix)
