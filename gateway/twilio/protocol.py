"""Twilio Media Streams (bidirectional) without I/O: Twilio's messages in, exact messages out.

Numbers that Twilio sends are JSON strings. Order is `connected`, `start` once, then `media`, `dtmf`, `mark`, then
`stop` (Twilio: Media Streams, WebSocket messages). What is malformed, unknown, out of order or of another stream is
counted and ignored; an unusable `start` is an error by the taxonomy. What we send has exactly the documented keys:
Twilio ignores a message with any other (warning 31951).
"""

from collections import Counter
from dataclasses import dataclass

import msgspec

from gateway import errors
from gateway.errors import GatewayError

MAX_MESSAGE = 64 * 1024
"""Characters of one inbound message; Twilio's are about 0.4 KB."""


class _Media(msgspec.Struct):
    payload: str
    timestamp: str = "0"
    track: str = "inbound"


class _Format(msgspec.Struct):
    encoding: str = ""
    sampleRate: int = 0  # noqa: N815 - Twilio's name
    channels: int = 0


class _Start(msgspec.Struct):
    streamSid: str  # noqa: N815 - Twilio's name
    callSid: str  # noqa: N815 - Twilio's name
    accountSid: str = ""  # noqa: N815 - Twilio's name
    tracks: list[str] = []
    mediaFormat: _Format | None = None  # noqa: N815 - Twilio's name
    customParameters: dict[str, str] = {}  # noqa: N815 - Twilio's name


class _Digit(msgspec.Struct):
    digit: str = ""


class _Mark(msgspec.Struct):
    name: str = ""


class _Message(msgspec.Struct):
    event: str
    streamSid: str = ""  # noqa: N815 - Twilio's name
    sequenceNumber: str = ""  # noqa: N815 - Twilio's name
    media: _Media | None = None
    start: _Start | None = None
    dtmf: _Digit | None = None
    mark: _Mark | None = None


@dataclass(frozen=True, slots=True)
class StreamStart:
    """Twilio's `start`: which call, which stream, and the parameters of our TwiML."""

    stream_sid: str
    call_sid: str
    account_sid: str
    parameters: dict[str, str]


@dataclass(slots=True)
class MediaFrame:
    """A piece of the caller's audio: base64 mu-law 8 kHz, and milliseconds since the stream began."""

    payload: str
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class MarkEcho:
    """Everything we sent before this mark was played, or cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class Digit:
    """A key of the caller's telephone: 0-9, * or #."""

    digit: str


@dataclass(frozen=True, slots=True)
class StreamStop:
    """The stream is over: the caller hung up, or the call was redirected."""


Inbound = MediaFrame | MarkEcho | Digit | StreamStart | StreamStop | None
_decode = msgspec.json.Decoder(_Message).decode
_KEYS = frozenset("0123456789*#")
_LONGEST_TIMESTAMP = 12
"""Digits of milliseconds: thirty years."""


class MediaStream:
    """One media stream, from `connected` to `stop`."""

    def __init__(self) -> None:
        self.start: StreamStart | None = None
        self.stopped = False
        self.ignored: Counter[str] = Counter()
        self._media_head = ""
        self._mark_head = ""
        self._clear = ""

    def receive(self, text: str) -> Inbound:
        """Take one text message in; None when it says nothing to us.

        Raises:
            GatewayError: the `start` cannot be served: AUDIO_FORMAT_ERROR (not mu-law 8 kHz mono) or MIC_ACCESS_DENIED
                (no inbound track).
        """
        if len(text) > MAX_MESSAGE:
            self._ignore("oversize")
            return None
        try:
            message = _decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            self._ignore("malformed")
            return None
        if message.event == "media":
            return self._media(message)
        if message.event == "start":
            return self._start(message)
        if message.event == "connected":
            return None
        if not self._is_ours(message):
            return None
        if message.event == "mark" and message.mark is not None:
            return MarkEcho(message.mark.name)
        if message.event == "dtmf" and message.dtmf is not None and message.dtmf.digit in _KEYS:
            return Digit(message.dtmf.digit)
        if message.event == "stop":
            self.stopped = True
            return StreamStop()
        self._ignore("unknown event")
        return None

    def _media(self, message: _Message) -> MediaFrame | None:
        media = message.media
        if media is None or media.track != "inbound":
            self._ignore("no inbound media")
            return None
        if not self._is_ours(message):
            return None
        timestamp = media.timestamp
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _LONGEST_TIMESTAMP):
            self._ignore("malformed")
            return None
        return MediaFrame(media.payload, int(timestamp))

    def _is_ours(self, message: _Message) -> bool:
        """Whether the message is of this stream and between its start and its stop."""
        if self.start is None:
            self._ignore("before start")
        elif message.streamSid != self.start.stream_sid:
            self._ignore("other stream")
        elif self.stopped:
            self._ignore("after stop")
        else:
            return True
        return False

    def _start(self, message: _Message) -> StreamStart | None:
        start = message.start
        if start is None or not start.streamSid or not start.callSid or message.streamSid != start.streamSid:
            self._ignore("malformed")
            return None
        if self.start is not None:
            self._ignore("second start")
            return None
        shape = start.mediaFormat
        if shape is not None and (shape.encoding, shape.sampleRate, shape.channels) != ("audio/x-mulaw", 8000, 1):
            found = f"{shape.encoding}, {shape.sampleRate} Hz, {shape.channels} channels"
            raise GatewayError(errors.AUDIO_FORMAT_ERROR, f"the stream is {found}; mu-law 8000 Hz mono is expected")
        if "inbound" not in start.tracks:
            raise GatewayError(errors.MIC_ACCESS_DENIED, "the stream carries no inbound track")
        self.start = StreamStart(start.streamSid, start.callSid, start.accountSid, dict(start.customParameters))
        sid = msgspec.json.encode(start.streamSid).decode()
        self._media_head = f'{{"event":"media","streamSid":{sid},"media":{{"payload":"'
        self._mark_head = f'{{"event":"mark","streamSid":{sid},"mark":{{"name":"'
        self._clear = f'{{"event":"clear","streamSid":{sid}}}'
        return self.start

    def _ignore(self, reason: str) -> None:
        self.ignored[reason] += 1

    # --- what we send; only after `start` ---

    def media(self, payload: str) -> str:
        """A `media` message of base64 mu-law 8 kHz."""
        return f'{self._media_head}{payload}"}}}}'

    def mark(self, name: str) -> str:
        """A `mark` message; `name` is one of our own, without characters that JSON escapes."""
        return f'{self._mark_head}{name}"}}}}'

    def clear(self) -> str:
        """A `clear` message: Twilio drops what it has buffered and returns all pending marks."""
        return self._clear
