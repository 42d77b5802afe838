"""A Realtime session driven by hand: no socket, a clock that the test moves, and the oracle on every event.

Commands of the session are carried out at once with tone code, unless a test wants to answer them itself.
"""

import base64
import json
from collections.abc import Sequence
from typing import Any

from gateway.audio import g711
from gateway.brain.mind import Mind, ScriptedMind, Step
from gateway.local import tonecode
from gateway.local.realtime_outbox import Close, Forget, HearMore, Listen, Output, Speak, TurnEnded
from gateway.local.realtime_session import RealtimeSession
from gateway.local.realtime_speech import cut
from gateway.local.tone_engines import ToneEars, ToneSession, ToneVoice
from tests.oracle import CLIENT, SERVER, check

Event = dict[str, Any]


class Harness:
    """A session and its client.

    Attributes:
        events: Every server event so far.
        commands: Every command so far.
        now: The clock, seconds.
        automatic: Commands are carried out as soon as they come.
    """

    def __init__(
        self,
        turns: Sequence[Sequence[Step]] = (),
        *,
        mind: Mind | None = None,
        automatic: bool = True,
        ms_per_char: float = 60,
        **options: Any,
    ) -> None:
        self.mind = mind or ScriptedMind(turns)
        self.session = RealtimeSession(
            "gpt-realtime-2.1", self.mind, token="t", opened=0.0, opened_unix=1_800_000_000, **options
        )
        self.events: list[Event] = []
        self.commands: list[Any] = []
        self.now = 0.0
        self.automatic = automatic
        self._voice = ToneVoice(ms_per_char)
        self._ears: dict[str, tuple[ToneSession, int]] = {}
        self.take(self.session.start())

    def take(self, outputs: list[Output]) -> list[Event]:
        """Keeps outputs, judges the events, carries out the commands; returns the events, also of what follows."""
        found: list[Event] = []
        for output in outputs:
            if isinstance(output, bytes):
                check(SERVER, output)
                event = json.loads(output)
                self.events.append(event)
                found.append(event)
            else:
                self.commands.append(output)
                if self.automatic:
                    found += self.carry_out(output)
        return found

    def carry_out(self, command: Any) -> list[Event]:
        match command:
            case Listen():
                rate = 8_000 if type(command.audio_format).__name__ == "Pcmu" else 24_000
                self._ears[command.item_id] = (ToneEars().session(sample_rate=rate), rate)
            case HearMore():
                ears, rate = self._ears[command.item_id]
                ears.accept(g711.decode(command.audio) if rate == 8_000 else command.audio)
            case TurnEnded():
                ears, _ = self._ears.pop(command.item_id)
                result = ears.final()
                return self.take(self.session.heard(command.item_id, result.text, result.confidence, self.now))
            case Forget():
                del self._ears[command.item_id]
            case Speak():
                speech = cut(command.text, self._voice.speak(command.text), command.audio_format)
                return self.take(self.session.spoken(command.response_id, speech, self.now))
            case Close():
                pass
        return []

    def send(self, kind: str, **fields: Any) -> list[Event]:
        """Sends an event that the oracle accepts."""
        raw = json.dumps({"type": kind, **fields})
        check(CLIENT, raw)
        return self.send_raw(raw)

    def send_raw(self, raw: str | bytes) -> list[Event]:
        """Sends anything."""
        return self.take(self.session.receive(raw.encode() if isinstance(raw, str) else raw, self.now))

    def configure(self, **session: Any) -> list[Event]:
        """`session.update`."""
        return self.send("session.update", session={"type": "realtime", **session})

    def append(self, audio: bytes, piece: int = 960) -> list[Event]:
        """Appends audio in pieces of so many bytes."""
        found = []
        for start in range(0, len(audio), piece):
            payload = base64.b64encode(audio[start : start + piece]).decode()
            found += self.send("input_audio_buffer.append", audio=payload)
        return found

    def say(self, text: str, *, silence_ms: int = 800) -> list[Event]:
        """The caller says a text (PCM16 24 kHz), then is silent."""
        return self.append(tonecode.encode(text, 24_000, min_ms=400) + bytes(48 * silence_ms))

    def advance_to(self, now: float) -> list[Event]:
        """Moves the clock, deadline by deadline."""
        found: list[Event] = []
        while self.session.next_deadline() <= now:
            self.now = max(self.now, self.session.next_deadline())
            outputs = self.session.advance(self.now)
            assert outputs, "a deadline without output would repeat for ever"
            found += self.take(outputs)
            if self.closed is not None:
                break
        self.now = now
        return found

    def run(self, seconds: float = 30) -> list[Event]:
        """Lets time pass."""
        return self.advance_to(self.now + seconds)

    @property
    def closed(self) -> Close | None:
        return next((command for command in self.commands if isinstance(command, Close)), None)

    def of(self, kind: str) -> list[Event]:
        """The events of a type."""
        return [event for event in self.events if event["type"] == kind]


def types(found: Sequence[Event]) -> list[str]:
    """The types in order, runs of the same kind of delta as one."""
    kinds: list[str] = []
    for event in found:
        if not kinds or kinds[-1] != event["type"] or not event["type"].endswith("delta"):
            kinds.append(event["type"])
    return kinds


def error_of(found: Sequence[Event]) -> Event:
    """The one error among the events."""
    errors = [event["error"] for event in found if event["type"] == "error"]
    assert len(errors) == 1, found
    body: Event = errors[0]
    return body
