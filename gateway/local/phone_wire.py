"""The media stream's messages, both ways, exactly as Twilio documents them. Pure.

https://www.twilio.com/docs/voice/media-streams/websocket-messages. Rules: what the phone sends has the documented keys
and types, numbers as strings where Twilio writes strings; what it receives must have exactly the documented keys, or it
is refused with the code of Twilio's warning: 31950 for what is no JSON text, 31951 for what is no valid message.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Final

MALFORMED: Final = 31950
INVALID: Final = 31951

_SHAPES: Final[dict[str, tuple[str, str] | None]] = {
    "media": ("media", "payload"),
    "mark": ("mark", "name"),
    "clear": None,
}


class MessageRefused(ValueError):  # noqa: N818 - Twilio refuses it
    """A message that Twilio ignores with a warning. `code` is that warning's."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Media:
    """Sound to be played: mulaw, 8 kHz."""

    audio: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """To be sent back once everything before it has been played."""

    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Forget what is not yet played."""


def receive(message: str, stream_sid: str) -> Media | Mark | Clear:
    """Reads a text message that the gateway sent.

    Raises:
        MessageRefused: It is not exactly one of the three messages, for this stream.
    """
    try:
        data = json.loads(message)
    except ValueError as error:
        raise MessageRefused(MALFORMED, f"not JSON: {error}") from error
    if not isinstance(data, dict) or not isinstance(event := data.get("event"), str) or event not in _SHAPES:
        raise MessageRefused(INVALID, "neither media nor mark nor clear")
    shape = _SHAPES[event]
    keys = {"event", "streamSid"} | ({shape[0]} if shape else set())
    if data.keys() != keys:
        raise MessageRefused(INVALID, f"{event} has the keys {sorted(data)}, not {sorted(keys)}")
    if data["streamSid"] != stream_sid:
        raise MessageRefused(INVALID, f"{event} is for another stream")
    if shape is None:
        return Clear()
    inner, key = data[shape[0]], shape[1]
    if not isinstance(inner, dict) or inner.keys() != {key} or not isinstance(value := inner[key], str):
        raise MessageRefused(INVALID, f"{event} needs an object with the string {key} alone")
    return Mark(value) if event == "mark" else Media(_audio(value))


def _audio(payload: str) -> bytes:
    try:
        audio = base64.b64decode(payload, validate=True)
    except binascii.Error as error:
        raise MessageRefused(INVALID, f"the payload is not base64: {error}") from error
    if not audio:
        raise MessageRefused(INVALID, "the payload is empty")
    if audio.startswith(b"RIFF"):
        raise MessageRefused(INVALID, "the payload begins with a file header, which would be played as noise")
    return audio


class Writer:
    """Makes the messages of one stream and counts them: each call is one message, to be sent in this order.

    Args:
        account_sid: Of the call's account.
        call_sid: Of the call.
        stream_sid: Of the stream; a new one for every connection.
    """

    def __init__(self, account_sid: str, call_sid: str, stream_sid: str) -> None:
        self._account_sid = account_sid
        self._call_sid = call_sid
        self._stream_sid = stream_sid
        self._sequence = 0
        self._chunk = 0

    def connected(self) -> str:
        """The first message of all; it is not counted."""
        return _dump({"event": "connected", "protocol": "Call", "version": "1.0.0"})

    def start(self, parameters: dict[str, str]) -> str:
        """The second message; `parameters` are those of the TwiML."""
        start: dict[str, object] = {
            "accountSid": self._account_sid,
            "streamSid": self._stream_sid,
            "callSid": self._call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        }
        return self._count("start", start)

    def media(self, audio: bytes, timestamp_ms: int) -> str:
        """Caller audio, mulaw 8 kHz; the time is that since the stream's start."""
        self._chunk += 1
        media: dict[str, object] = {
            "track": "inbound",
            "chunk": str(self._chunk),
            "timestamp": str(timestamp_ms),
            "payload": base64.b64encode(audio).decode(),
        }
        return self._count("media", media)

    def dtmf(self, digit: str) -> str:
        """A key of the caller's. Its track has another name than that of media."""
        return self._count("dtmf", {"track": "inbound_track", "digit": digit})

    def mark(self, name: str) -> str:
        """A mark sent back."""
        return self._count("mark", {"name": name})

    def stop(self) -> str:
        """The last message."""
        return self._count("stop", {"accountSid": self._account_sid, "callSid": self._call_sid})

    def _count(self, event: str, body: dict[str, object]) -> str:
        self._sequence += 1
        return _dump(
            {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self._stream_sid, event: body}
        )


def _dump(message: dict[str, object]) -> str:
    return json.dumps(message, separators=(",", ":"))
