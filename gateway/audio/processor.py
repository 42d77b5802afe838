"""One call's sound on its way between the telephone and the model.

Uplink: mu-law 8 kHz -> PCM16 24 kHz -> base64. Downlink: the same backwards. Frames run through here beside the core:
nothing is logged, nothing waits, and a frame of 20 ms costs a few microseconds.
"""

from binascii import Error as Base64Error
from collections import deque
from typing import Final, Literal

from pybase64 import b64decode, b64encode

from gateway.audio import g711
from gateway.audio.formats import AudioFormat, AudioFormatError
from gateway.audio.resample import Resampler

ModelFormat = Literal["pcm16", "mulaw"]

_MODEL_RATE: Final = 24_000
_RATIO: Final = _MODEL_RATE // g711.RATE


def decode_base64(payload: str | bytes) -> bytes:
    """Decodes standard base64 strictly (RFC 4648 section 4, padded, nothing else in between).

    Raises:
        AudioFormatError: It is not base64. The message names the length, never the content.
    """
    try:
        return b64decode(payload, validate=True)
    except (Base64Error, ValueError) as error:  # ValueError: characters beyond ASCII
        raise AudioFormatError(f"audio payload of {len(payload)} characters is not base64") from error


class AudioProcessor:
    """Transcodes one call's sound, both ways (the specification's AudioProcessor).

    Capture is off at first: the caller's frames then become silence of the same length rather than nothing, so that the
    model's turn detection, which counts time in samples, still sees turns end.

    Args:
        model_format: `pcm16` for 24 kHz PCM16; `mulaw` to pass the telephone's bytes through (`audio/pcmu`, 8 kHz).
    """

    __slots__ = ("_capturing", "_down", "_passthrough", "_up")

    def __init__(self, model_format: ModelFormat = "pcm16") -> None:
        self._passthrough = model_format == "mulaw"
        self._capturing = False
        self._up = Resampler(g711.RATE, _MODEL_RATE)
        self._down = Resampler(_MODEL_RATE, g711.RATE, aligned=True)

    @property
    def capturing(self) -> bool:
        """Whether the caller's voice, not silence, goes to the model."""
        return self._capturing

    def start_capture(self) -> None:
        """Lets the caller's voice through from the next chunk on."""
        self._capturing = True

    def stop_capture(self) -> None:
        """Replaces the caller's voice by silence from the next chunk on; nothing said before leaks into a later one."""
        self._capturing = False
        self._up.reset()

    def encode_chunk(self, chunk: bytes) -> bytes:
        """Turns the caller's mu-law 8 kHz, any length, into the model's format: base64 as ASCII bytes, for the wire.

        20 ms (160 bytes) become 960 bytes of PCM16 24 kHz, 2 ms late, before base64.
        """
        if self._passthrough:
            return b64encode(chunk if self._capturing else g711.SILENCE * len(chunk))
        if not self._capturing:
            return b64encode(bytes(2 * _RATIO * len(chunk)))
        return b64encode(self._up.push(g711.decode(chunk)))

    def process_audio_chunk(self, chunk: bytes) -> str:
        """Like `encode_chunk`, as text (the specification's signature)."""
        return self.encode_chunk(chunk).decode("ascii")

    def model_audio(self, payload: str | bytes) -> bytes:
        """Turns a delta of the model's speech (base64, see `response.output_audio.delta`) into mu-law 8 kHz.

        Deltas may be cut anywhere, also inside a sample. What a delta gives may be up to 2 ms short of it; the rest
        comes with the next delta or the flush. Never more comes out than the model put in, so that a position in the
        mu-law is one in the model's own audio (`conversation.item.truncate`, `audio_end_ms`).

        Raises:
            AudioFormatError: The payload is not base64; the stream goes on as if it had not come.
        """
        sound = decode_base64(payload)
        return sound if self._passthrough else g711.encode(self._down.push(sound))

    def flush_model_audio(self) -> bytes:
        """Gives the end of the model's speech, mu-law 8 kHz: to be called when an item is complete."""
        return g711.encode(self._down.flush())

    def reset_model_audio(self) -> None:
        """Forgets the model's speech still inside: to be called when it was interrupted."""
        self._down.reset()

    @staticmethod
    def convert_format(audio: str, from_format: AudioFormat, to_format: AudioFormat) -> str:
        """Converts one whole piece of mono sound, base64 in and out.

        A change of rate keeps the sound in step (no delay) and gives `floor(samples * to / from)` samples.

        Raises:
            AudioFormatError: Not base64, or PCM16 of odd length.
        """
        sound = decode_base64(audio)
        if len(sound) % from_format.sample_bytes:
            raise AudioFormatError(f"PCM16 of {len(sound)} bytes ends in half a sample")
        if from_format == to_format:
            return audio
        if from_format.encoding == "mulaw":
            sound = g711.decode(sound)
        if from_format.sample_rate != to_format.sample_rate:
            resampler = Resampler(from_format.sample_rate, to_format.sample_rate, aligned=True)
            sound = resampler.push(sound) + resampler.flush()
        if to_format.encoding == "mulaw":
            sound = g711.encode(sound)
        return b64encode(sound).decode("ascii")


class CallerRing:
    """The caller's last seconds while the model is away, mu-law 8 kHz; what is oldest goes first.

    Args:
        limit_ms: How much is kept.

    Attributes:
        dropped_ms: How much has been pushed out so far, in whole milliseconds, over the life of the ring.
    """

    __slots__ = ("_dropped", "_frames", "_held", "_limit")

    def __init__(self, limit_ms: int = 3_000) -> None:
        self._limit = limit_ms * g711.BYTES_PER_MS
        self._frames: deque[bytes] = deque()
        self._held = 0
        self._dropped = 0

    @property
    def dropped_ms(self) -> int:  # noqa: D102 - documented with the class
        return self._dropped // g711.BYTES_PER_MS

    def push(self, mulaw: bytes) -> None:
        """Keeps a frame of any length; of the oldest sound, exactly as much goes as is too much."""
        if mulaw:  # frames of nothing would pile up without ever being too much
            self._frames.append(mulaw)
            self._held += len(mulaw)
        while (excess := self._held - self._limit) > 0:
            oldest = self._frames.popleft()
            if len(oldest) > excess:
                self._frames.appendleft(oldest[excess:])
            gone = min(len(oldest), excess)
            self._held -= gone
            self._dropped += gone

    def drain(self) -> bytes:
        """Gives everything kept, oldest first, and is empty afterwards."""
        kept = b"".join(self._frames)
        self._frames.clear()
        self._held = 0
        return kept
